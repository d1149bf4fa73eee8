import {
  modelSchema,
  modelsCountSchema,
  modelsListSchema,
} from "../models/catalogue/models-list.ts";
import { modelsQuerySchema } from "../models/listing/select-models.ts";
import { errorResponses } from "./error-responses.ts";
import {
  jsonResponse,
  type Operation,
  type Parameter,
  type Paths,
  pathParameter,
  queryParameters,
  type ResponseObject,
} from "./operation.ts";
import { toSchema } from "./to-schema.ts";

const free = queryParameters(modelsQuerySchema.pick({ free: true }));
const author = pathParameter("author", "Such as `google`");
const slug = pathParameter("slug", "Such as `gemma-4-31b-it:free`");
const id = pathParameter("id", "With its slash escaped: `google%2Fgemma…`");

/** The list of models, below `/v1`. */
export const modelPaths: Paths = {
  "/v1/models": {
    get: operation("listModels", "List models", {
      parameters: queryParameters(modelsQuerySchema),
      answer: jsonResponse(
        "What this pool serves, out of OpenRouter's list, at most a few minutes old",
        toSchema(modelsListSchema),
      ),
    }),
  },
  "/v1/models/count": {
    get: operation("countModels", "Count models", {
      parameters: free,
      answer: jsonResponse("The number", toSchema(modelsCountSchema)),
    }),
  },
  "/v1/models/{author}/{slug}": {
    get: operation("retrieveModel", "Look at one model", {
      parameters: [author, slug, ...free],
      answer: jsonResponse("The model", toSchema(modelSchema)),
    }),
  },
  "/v1/models/{id}": {
    get: operation("retrieveModelById", "Look at one model, by its whole id", {
      parameters: [id, ...free],
      answer: jsonResponse("The model", toSchema(modelSchema)),
    }),
  },
  "/v1/model/{author}/{slug}": {
    get: operation("getModel", "Look at one model, as OpenRouter tells of it", {
      parameters: [author, slug, ...free],
      answer: jsonResponse("The model", {
        type: "object",
        required: ["data"],
        properties: { data: toSchema(modelSchema) },
      }),
    }),
  },
};

function operation(
  operationId: string,
  summary: string,
  what: { parameters: readonly Parameter[]; answer: ResponseObject },
): Operation {
  return {
    operationId,
    summary,
    tags: ["Models"],
    parameters: what.parameters,
    responses: { 200: what.answer, ...errorResponses([400, 401, 404, 502]) },
  };
}
