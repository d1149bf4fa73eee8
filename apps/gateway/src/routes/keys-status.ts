import type { RateLimits } from "@openrouter-free-pool/shared/config/rate-limits";
import { Router } from "express";
import type { ReadPoolView } from "../forecast/pool-watch.ts";
import { describeKeys } from "../keys-status.ts";
import { allowOnly } from "../middleware/handle-errors.ts";
import type { RedisHealth } from "../redis-health.ts";

/** `GET /api/v1/keys/status`: the pool as it is now, never a secret. */
export function routeKeysStatus(deps: {
  redisHealth: RedisHealth;
  readPoolView: ReadPoolView;
  limits: RateLimits;
}): Router {
  const router = Router();
  router.get("/", async (_request, response) => {
    const view = await deps.redisHealth.readInTime(deps.readPoolView);
    response.json(describeKeys(view, deps.limits));
  });
  router.all("/", allowOnly("GET"));
  return router;
}
