import { Router } from "express";
import { allowOnly } from "../middleware/handle-errors.ts";
import { isFree, type ModelsCache } from "../models-list.ts";

/** `GET /v1/models`: OpenRouter's list; `?free=true` keeps the free ones. */
export function routeModels(models: ModelsCache): Router {
  const router = Router();
  router.get("/", async (request, response) => {
    const list = await models.get();
    response.json(
      request.query.free === "true"
        ? { ...list, data: list.data.filter(isFree) }
        : list,
    );
  });
  router.all("/", allowOnly("GET"));
  return router;
}
