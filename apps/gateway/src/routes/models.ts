import { type Request, type Response, Router } from "express";
import { GatewayError } from "../errors/gateway-error.ts";
import { allowOnly } from "../middleware/handle-errors.ts";
import type { ModelsCache } from "../models/models-cache.ts";
import type { Model, ModelsCount } from "../models/models-list.ts";
import {
  readModelsQuery,
  selectModels,
  withFree,
} from "../models/select-models.ts";

/** In one segment the id has its slash escaped. */
const onePaths = ["/models/:id", "/models/:author/:slug"];
/** Where OpenRouter itself tells of one model. */
const ownPath = "/model/:author/:slug";

/** The list of models, and each of them, out of the cache. */
export function routeModels(models: ModelsCache): Router {
  const router = Router();

  async function find(
    request: Request<Record<string, string>>,
  ): Promise<Model> {
    const { id, author, slug } = request.params;
    const wanted = id ?? `${author}/${slug}`;
    const list = withFree(await models.get(), readModelsQuery(request.query));
    const found = list.data.find((model) => model.id === wanted);
    if (found) return found;
    const message = `There is no model ${JSON.stringify(wanted)}`;
    throw new GatewayError("not-found", message);
  }

  router.get("/models", async (request, response) => {
    const query = readModelsQuery(request.query);
    response.json(selectModels(await models.get(), query));
  });
  router.get("/models/count", async (request, response) => {
    const query = readModelsQuery(request.query);
    const { data } = withFree(await models.get(), query);
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
