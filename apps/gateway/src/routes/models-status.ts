import { Router } from "express";
import { allowOnly } from "../middleware/handle-errors.ts";
import type { ReadModelsStatus } from "../models/status/read-models-status.ts";
import type { RedisHealth } from "../redis/redis-health.ts";

/** `GET /api/v1/models/status`: how well each model answers, best record first. */
export function routeModelsStatus(deps: {
  redisHealth: RedisHealth;
  readModelsStatus: ReadModelsStatus;
}): Router {
  const router = Router();
  router.get("/", async (_request, response) => {
    response.json(await deps.redisHealth.readInTime(deps.readModelsStatus));
  });
  router.all("/", allowOnly("GET"));
  return router;
}
