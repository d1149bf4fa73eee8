import { type Request, Router } from "express";
import type { ReadModelsStatus } from "../../models/status/read-models-status.ts";
import type { RedisHealth } from "../../redis/redis-health.ts";
import type { FindNotice } from "../actions/find-notice.ts";
import { renderPart } from "../pages/render-part.ts";
import { presentModels, readSpan } from "./present-models.ts";

/** `/admin/models`: how well each model answers. */
export function routeModelsPage(deps: {
  redisHealth: RedisHealth;
  readModelsStatus: ReadModelsStatus;
  findNotice: FindNotice;
}): Router {
  const router = Router();

  async function readTable({ query }: Request) {
    if (!deps.redisHealth.isUp) return undefined;
    const { models } = await deps.readModelsStatus();
    return presentModels(models, readSpan(query));
  }

  router.get("/", async (request, response) => {
    const table = await readTable(request);
    response.status(table ? 200 : 503).render("models/page", {
      table,
      notice: await deps.findNotice(request, response),
      now: new Date(),
    });
  });

  router.get("/live", async (request, response) => {
    const table = await readTable(request);
    response.json({
      top: table
        ? await renderPart(response, "models/table", table)
        : await renderPart(response, "admin/no-redis", {}),
      at: new Date().toISOString().slice(11, 19),
    });
  });
  return router;
}
