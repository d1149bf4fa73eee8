import { Router } from "express";
import { z } from "zod";
import { describeHistory } from "../history/describe-history.ts";
import { rangeNames } from "../history/ranges.ts";
import type { ReadHistory } from "../history/read-history.ts";
import { toInvalidQuery } from "../listing/page-query.ts";
import { allowOnly } from "../middleware/handle-errors.ts";
import type { RedisHealth } from "../redis/redis-health.ts";

/** What a query string of the history may hold. */
export const historyQuerySchema = z.object({
  range: z.enum(rangeNames).default("hour").meta({
    description:
      "`hour`: by 30 seconds, `day`: by the minute, `90d`: by the hour",
  }),
});

/** `GET /api/v1/history`: figures of all requests and calls over an hour, a day or 90 days. */
export function routeHistory(deps: {
  redisHealth: RedisHealth;
  readHistory: ReadHistory;
  clock: { now(): number };
}): Router {
  const router = Router();
  router.get("/", async (request, response) => {
    const parsed = historyQuerySchema.safeParse(request.query);
    if (!parsed.success) throw toInvalidQuery(parsed.error);
    const { range } = parsed.data;
    const buckets = await deps.redisHealth.readInTime(() =>
      deps.readHistory(range, deps.clock.now()),
    );
    response.json(describeHistory(range, buckets));
  });
  router.all("/", allowOnly("GET"));
  return router;
}
