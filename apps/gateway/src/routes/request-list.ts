import { type RequestHandler, Router } from "express";
import { toInvalidQuery } from "../listing/page-query.ts";
import type { RedisHealth } from "../redis/redis-health.ts";
import type { ReadRequests } from "../requests/listing/read-requests.ts";
import { requestsQuerySchema } from "../requests/listing/requests-query.ts";
import { neverStored } from "../web-access/security-headers.ts";

/** `GET /api/v1/requests`: the requests of all clients, open and ended, for operators' programs. */
export function routeRequestList(deps: {
  requireAdmin: RequestHandler;
  redisHealth: RedisHealth;
  readRequests: ReadRequests;
}): Router {
  const router = Router();
  router.get("/", neverStored, deps.requireAdmin, async (request, response) => {
    const parsed = requestsQuerySchema.safeParse(request.query);
    if (!parsed.success) throw toInvalidQuery(parsed.error);
    response.json(
      await deps.redisHealth.readInTime(() => deps.readRequests(parsed.data)),
    );
  });
  return router;
}
