import { modelSchema } from "../models-list.ts";
import {
  healthSchema,
  keysStatusSchema,
  modelsSchema,
  readinessSchema,
} from "./answer-schemas.ts";
import { errorResponses } from "./error-responses.ts";
import {
  jsonResponse,
  type Parameter,
  type Paths,
  pathParameter,
} from "./operation.ts";
import { toSchema } from "./to-schema.ts";

const free: Parameter = {
  name: "free",
  in: "query",
  description: "`true`: only models that cost nothing",
  schema: { type: "string", enum: ["true", "false"] },
};

/** The list of models, below `/v1`. */
export const modelPaths: Paths = {
  "/v1/models": {
    get: {
      operationId: "listModels",
      summary: "List models",
      description: "OpenRouter's list, at most a few minutes old.",
      tags: ["Models"],
      parameters: [free],
      responses: {
        200: jsonResponse("The list", toSchema(modelsSchema)),
        ...errorResponses([401, 502]),
      },
    },
  },
  "/v1/models/{author}/{slug}": {
    get: {
      operationId: "retrieveModel",
      summary: "Look at one model",
      tags: ["Models"],
      parameters: [
        pathParameter("author", "Such as `google`"),
        pathParameter("slug", "Such as `gemma-4-31b-it:free`"),
        free,
      ],
      responses: {
        200: jsonResponse("The model", toSchema(modelSchema)),
        ...errorResponses([401, 404, 502]),
      },
    },
  },
  "/v1/models/{id}": {
    get: {
      operationId: "retrieveModelById",
      summary: "Look at one model, by its id in one segment",
      tags: ["Models"],
      parameters: [
        pathParameter("id", "With its slash escaped: `google%2Fgemma…`"),
        free,
      ],
      responses: {
        200: jsonResponse("The model", toSchema(modelSchema)),
        ...errorResponses([401, 404, 502]),
      },
    },
  },
};

/** What is at one path only. */
export const ownPaths: Paths = {
  "/api/v1/keys/status": {
    get: {
      operationId: "readKeysStatus",
      summary: "Look at the key pool",
      description:
        "Every key by its mask, what is used of its limits, the queue.",
      tags: ["Pool"],
      responses: {
        200: jsonResponse("The pool now", toSchema(keysStatusSchema)),
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
