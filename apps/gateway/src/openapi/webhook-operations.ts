import {
  deliveryListSchema,
  deliveryObjectSchema,
} from "@openrouter-free-pool/shared/api/webhooks/delivery-object";
import { deliveryQuerySchema } from "../webhooks/deliveries/delivery-query.ts";
import { errorResponses } from "./error-responses.ts";
import {
  jsonResponse,
  type Paths,
  pathParameter,
  queryParameters,
} from "./operation.ts";
import { toSchema } from "./to-schema.ts";

const security = [{ operator: [] }];
const usual = [401, 403, 429, 503] as const;

/** Deliveries of webhook events, for operators. */
export const webhookPaths: Paths = {
  "/api/v1/webhooks": {
    get: {
      operationId: "listDeliveries",
      summary: "List the deliveries of events",
      description:
        "Those that wait, and the 10,000 newest of the last 7 days that do not. Addresses are not shown, only their hosts.",
      tags: ["Webhooks"],
      security,
      parameters: queryParameters(deliveryQuerySchema),
      responses: {
        200: jsonResponse("A page of them", toSchema(deliveryListSchema)),
        ...errorResponses([400, ...usual]),
      },
    },
  },
  "/api/v1/webhooks/{id}/send": {
    post: {
      operationId: "sendEventAgain",
      summary: "Send an event again, now",
      description:
        "Under the same `webhook-id`, to the address that holds now. Also one that waits for its next try.",
      tags: ["Webhooks"],
      security,
      parameters: [pathParameter("id", "The event's id")],
      responses: {
        200: jsonResponse("It is due", toSchema(deliveryObjectSchema)),
        ...errorResponses([404, 409, ...usual]),
      },
    },
  },
};
