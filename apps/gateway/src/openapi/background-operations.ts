import { errorResponses } from "./error-responses.ts";
import {
  jsonResponse,
  type Operation,
  type Paths,
  pathParameter,
} from "./operation.ts";

const object = { type: "object" };

/** Answers that are collected later, below `/v1`. */
export const backgroundPaths: Paths = {
  "/v1/responses/{id}": {
    get: operation("retrieveResponse", "Look at a background response", {
      200: jsonResponse(
        "OpenAI's Response object: `queued`, `in_progress`, `completed`, `incomplete`, `failed` or `cancelled`",
        object,
      ),
      ...errorResponses([400, 401, 404, 503]),
    }),
    delete: operation("deleteResponse", "Delete a background response", {
      200: jsonResponse("It is gone; a call under way is broken off", object),
      ...errorResponses([401, 404, 503]),
    }),
  },
  "/v1/responses/{id}/cancel": {
    post: operation("cancelResponse", "Cancel a background response", {
      200: jsonResponse(
        "The response; one that has ended stays as it is",
        object,
      ),
      ...errorResponses([401, 404, 503]),
    }),
  },
  "/v1/requests/{id}": {
    get: operation("collectRequest", "Collect an answer", {
      200: jsonResponse(
        "The answer, byte for byte, with its own status: errors come as they are",
        object,
      ),
      202: jsonResponse("It waits: place in line, and `Retry-After`", object),
      ...errorResponses([401, 404, 410, 503]),
    }),
    delete: operation("deleteRequest", "Delete a request and its answer", {
      200: jsonResponse("It is gone; a call under way is broken off", object),
      ...errorResponses([401, 404, 503]),
    }),
  },
  "/v1/requests/{id}/cancel": {
    post: operation("cancelRequest", "Cancel a request", {
      200: jsonResponse(
        "The request; one that has ended stays as it is",
        object,
      ),
      ...errorResponses([401, 404, 503]),
    }),
  },
};

function operation(
  operationId: string,
  summary: string,
  responses: Operation["responses"],
): Operation {
  const parameters = [pathParameter("id", "The id that was given at once")];
  return { operationId, summary, tags: ["Background"], parameters, responses };
}
