import { type Request, type Response, Router } from "express";
import { GatewayError } from "../gateway-error.ts";
import { allowOnly } from "../middleware/handle-errors.ts";
import { isFree, type ModelsCache, type ModelsList } from "../models-list.ts";

/** Without the name of the author the id stands in one segment, its slash escaped. */
const onePaths = ["/:id", "/:author/:slug"];

/**
 * `GET /v1/models`: OpenRouter's list; `?free=true` keeps the free ones.
 * `GET /v1/models/{author}/{slug}`: one of them.
 */
export function routeModels(models: ModelsCache): Router {
  const router = Router();
  router.get("/", async (request, response) => {
    const list = await models.get();
    response.json({ ...list, data: pick(list, request) });
  });
  router.get(
    onePaths,
    async (request: Request<Record<string, string>>, response: Response) => {
      const { id, author, slug } = request.params;
      const wanted = id ?? `${author}/${slug}`;
      const found = pick(await models.get(), request).find(
        (model) => model.id === wanted,
      );
      if (!found) {
        const message = `There is no model ${JSON.stringify(wanted)}`;
        throw new GatewayError("not-found", message);
      }
      response.json(found);
    },
  );
  router.all(["/", ...onePaths], allowOnly("GET"));
  return router;
}

/** `?free`, `?free=true` and `?free=1` leave the free ones. */
function pick(list: ModelsList, request: Request): ModelsList["data"] {
  const { free } = request.query;
  const isWanted = free === "" || free === "true" || free === "1";
  return isWanted ? list.data.filter(isFree) : list.data;
}
