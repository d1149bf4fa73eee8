import { type Request, type Response, Router } from "express";
import { GatewayError } from "../errors/gateway-error.ts";
import { allowOnly } from "../middleware/handle-errors.ts";
import type { Model, ModelsCount } from "../models/catalogue/models-list.ts";
import {
  readFree,
  readModelsQuery,
  selectModels,
} from "../models/listing/select-models.ts";
import type { ServedModels } from "../models/listing/served-models.ts";

/** As one path segment the id has its slash escaped. */
const onePaths = ["/models/:id", "/models/:author/:slug"];
/** OpenRouter's own path for one model. */
const ownPath = "/model/:author/:slug";

/** The list of models that the pool serves, and single models. */
export function routeModels(models: ServedModels): Router {
  const router = Router();

  async function find(
    request: Request<Record<string, string>>,
  ): Promise<Model> {
    const { id, author, slug } = request.params;
    const wanted = id ?? `${author}/${slug}`;
    const query = readModelsQuery(request.query);
    const list = await models.list(readFree(query));
    const found = list.data.find((model) => model.id === wanted);
    if (found) return found;
    const message = `There is no model ${JSON.stringify(wanted)}`;
    throw new GatewayError("not-found", message);
  }

  router.get("/models", async (request, response) => {
    const query = readModelsQuery(request.query);
    const list = await models.list(readFree(query));
    response.json(selectModels(list, query));
  });
  router.get("/models/count", async (request, response) => {
    const query = readModelsQuery(request.query);
    const { data } = await models.list(readFree(query));
    const count: ModelsCount = { data: { count: data.length } };
    response.json(count);
  });
  router.get(
    onePaths,
    async (request: Request<Record<string, string>>, response: Response) => {
      response.json(await find(request));
    },
  );
  router.get(ownPath, async (request, response) => {
    response.json({ data: await find(request) });
  });
  router.all(["/models", ...onePaths, ownPath], allowOnly("GET"));
  return router;
}
