import {
  healthSchema,
  readinessSchema,
} from "@openrouter-free-pool/shared/api/health-object";
import { modelsStatusSchema } from "@openrouter-free-pool/shared/api/models-status";
import { historySchema } from "@openrouter-free-pool/shared/api/past/history-object";
import { poolStatusSchema } from "@openrouter-free-pool/shared/api/pool-status";
import { historyQuerySchema } from "../routes/history.ts";
import { errorResponses } from "./error-responses.ts";
import { jsonResponse, type Paths, queryParameters } from "./operation.ts";
import { toSchema } from "./to-schema.ts";

/** Operations that have one path only. */
export const ownPaths: Paths = {
  "/api/v1/keys/status": {
    get: {
      operationId: "readKeysStatus",
      summary: "Look at the key pool",
      description:
        "Every key by its mask, what is used of its limits, the queue.",
      tags: ["Pool"],
      responses: {
        200: jsonResponse("The pool now", toSchema(poolStatusSchema)),
        ...errorResponses([401, 503]),
      },
    },
  },
  "/api/v1/history": {
    get: {
      operationId: "readHistory",
      summary: "Look at how requests and calls went",
      description:
        "Requests, answers, errors, calls and 429s, waits and durations: over the last hour, day or 90 days.",
      tags: ["Pool"],
      parameters: queryParameters(historyQuerySchema),
      responses: {
        200: jsonResponse("The past", toSchema(historySchema)),
        ...errorResponses([400, 401, 503]),
      },
    },
  },
  "/api/v1/models/status": {
    get: {
      operationId: "readModelsStatus",
      summary: "Look at how the models do",
      description:
        "All free models and those that were called: their state, and their record of the last hour and day. Best record first.",
      tags: ["Pool"],
      responses: {
        200: jsonResponse("The models now", toSchema(modelsStatusSchema)),
        ...errorResponses([401, 503]),
      },
    },
  },
  "/health": {
    get: {
      operationId: "readHealth",
      summary: "Whether the process lives",
      tags: ["Pool"],
      security: [],
      responses: { 200: jsonResponse("It does", toSchema(healthSchema)) },
    },
  },
  "/ready": {
    get: {
      operationId: "readReadiness",
      summary: "Whether a request would be served",
      tags: ["Pool"],
      security: [],
      responses: {
        200: jsonResponse("It would", toSchema(readinessSchema)),
        503: jsonResponse("It would not", toSchema(readinessSchema)),
      },
    },
  },
  "/metrics": {
    get: {
      operationId: "readMetrics",
      summary: "Figures for Prometheus",
      tags: ["Pool"],
      security: [],
      responses: {
        200: {
          description: "Prometheus's text format",
          content: { "text/plain": { schema: { type: "string" } } },
        },
      },
    },
  },
  "/openapi.json": {
    get: {
      operationId: "readOpenApi",
      summary: "This description",
      tags: ["Pool"],
      security: [],
      responses: {
        200: jsonResponse("OpenAPI 3.1", { type: "object" }),
      },
    },
  },
};
