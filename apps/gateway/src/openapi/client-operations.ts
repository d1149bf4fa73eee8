import {
  clientChangeSchema,
  clientListSchema,
  clientObjectSchema,
  deletedClientSchema,
  issuedClientSchema,
  newClientSchema,
} from "@openrouter-free-pool/shared/api/client-object";
import { usageObjectSchema } from "@openrouter-free-pool/shared/api/usage-object";
import { usageQuerySchema } from "../usage/usage-query.ts";
import { errorResponses } from "./error-responses.ts";
import {
  jsonResponse,
  type Paths,
  pathParameter,
  queryParameters,
} from "./operation.ts";
import { toSchema } from "./to-schema.ts";

const operatorOnly = [{ operator: [] }];
const id = pathParameter("id", "The client's id");
const usual = [401, 403, 429, 503] as const;

const bodyOf = (schema: Parameters<typeof toSchema>[0]) => ({
  required: true,
  content: { "application/json": { schema: toSchema(schema) } },
});

/** Clients, and their use. @param requiresKey whether clients must send a key. */
export function clientPaths(requiresKey: boolean): Paths {
  const clientKey = requiresKey ? [{ bearer: [] }, { apiKey: [] }] : [{}];
  return {
    "/api/v1/clients": {
      get: {
        operationId: "listClients",
        summary: "List the clients",
        description: "Those of GATEWAY_API_KEYS, too. No key is among it.",
        tags: ["Clients"],
        security: operatorOnly,
        responses: {
          200: jsonResponse("All clients", toSchema(clientListSchema)),
          ...errorResponses(usual),
        },
      },
      post: {
        operationId: "createClient",
        summary: "Make a client and its key",
        description:
          "The key is shown this once. It opens every gateway within a second; from the first client on, requests without a key are refused.",
        tags: ["Clients"],
        security: operatorOnly,
        requestBody: bodyOf(newClientSchema),
        responses: {
          201: jsonResponse("The client", toSchema(issuedClientSchema)),
          ...errorResponses([400, 409, 413, 415, ...usual]),
        },
      },
    },
    "/api/v1/clients/{id}": {
      patch: {
        operationId: "updateClient",
        summary: "Change a client",
        description: "What is left out stays. Null removes a limit.",
        tags: ["Clients"],
        security: operatorOnly,
        parameters: [id],
        requestBody: bodyOf(clientChangeSchema),
        responses: {
          200: jsonResponse("The client", toSchema(clientObjectSchema)),
          ...errorResponses([400, 404, 409, 413, 415, ...usual]),
        },
      },
      delete: {
        operationId: "deleteClient",
        summary: "Remove a client",
        description:
          "Its key opens nothing any more, and its open batches and background requests are cancelled. Without any client left, keys are still required.",
        tags: ["Clients"],
        security: operatorOnly,
        parameters: [id],
        responses: {
          200: jsonResponse("It is removed", toSchema(deletedClientSchema)),
          ...errorResponses([404, 409, ...usual]),
        },
      },
    },
    "/api/v1/clients/{id}/rotate": {
      post: {
        operationId: "rotateClientKey",
        summary: "Give a client another key",
        description:
          "The key is shown this once; the one before opens nothing any more.",
        tags: ["Clients"],
        security: operatorOnly,
        parameters: [id],
        responses: {
          200: jsonResponse("The client", toSchema(issuedClientSchema)),
          ...errorResponses([404, 409, ...usual]),
        },
      },
    },
    "/api/v1/usage": {
      get: {
        operationId: "readUsage",
        summary: "Look at what was used",
        description:
          "A client sees its own use. With the operator's password, or where no keys are required, it is everybody's.",
        tags: ["Clients"],
        security: [...clientKey, ...operatorOnly],
        parameters: queryParameters(usageQuerySchema),
        responses: {
          200: {
            description: "The figures, added up",
            content: {
              "application/json": { schema: toSchema(usageObjectSchema) },
              "text/csv": { schema: { type: "string" } },
            },
          },
          ...errorResponses([400, ...usual]),
        },
      },
    },
  };
}
