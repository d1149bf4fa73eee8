import { requestListSchema } from "@openrouter-free-pool/shared/api/past/requests-object";
import { requestsQuerySchema } from "../requests/listing/requests-query.ts";
import { errorResponses } from "./error-responses.ts";
import { jsonResponse, type Paths, queryParameters } from "./operation.ts";
import { toSchema } from "./to-schema.ts";

/** What operators can see of all requests. */
export const requestPaths: Paths = {
  "/api/v1/requests": {
    get: {
      operationId: "listRequests",
      summary: "Look at the requests",
      description:
        "All clients': those that are called, delayed or in line, and those that have ended, newest first. Nothing of their contents. At most 50, and a bounded number is looked at to find them: `next` goes on from there.",
      tags: ["Pool"],
      security: [{ operator: [] }],
      parameters: queryParameters(requestsQuerySchema),
      responses: {
        200: jsonResponse("Some of them", toSchema(requestListSchema)),
        ...errorResponses([400, 401, 403, 429, 503]),
      },
    },
  },
};
