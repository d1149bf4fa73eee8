import type { RateLimits } from "@openrouter-free-pool/shared/config/rate-limits";
import { Router } from "express";
import { allowOnly } from "../middleware/handle-errors.ts";
import { describeKeys } from "../pool/keys-status.ts";
import type { ReadPoolView } from "../pool/pool-watch.ts";
import type { RedisHealth } from "../redis/redis-health.ts";

/** `GET /api/v1/keys/status`: the present state of the pool, without secrets. */
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
