import type { RateLimits } from "@openrouter-free-pool/shared/config/rate-limits";
import { countCoolingModels } from "@openrouter-free-pool/shared/key-pool/models/cooling-models";
import { Metrics } from "@openrouter-free-pool/shared/metrics/metrics";
import { measureRedis } from "@openrouter-free-pool/shared/metrics/redis-metrics";
import type { CompletionsQueue } from "@openrouter-free-pool/shared/queue/completions-queue";
import { createReadQueueDepth } from "@openrouter-free-pool/shared/queue/queue-depth";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import type { BodyBudget } from "../bodies/body-budget.ts";
import type { ReadModelsStatus } from "../models/status/read-models-status.ts";
import type { PoolWatch } from "../pool/pool-watch.ts";
import type { RedisHealth } from "../redis/redis-health.ts";
import { measureBodies } from "./measure-bodies.ts";
import { measureModels } from "./measure-models.ts";
import { measurePool } from "./pool-metrics.ts";

/** Builds the metrics of a gateway about pool, queue, Redis and the process, for `GET /metrics`. */
export function buildMetrics(deps: {
  limits: RateLimits;
  redis: Redis;
  redisKeys: RedisKeys;
  redisHealth: RedisHealth;
  queue: CompletionsQueue;
  poolWatch: PoolWatch;
  bodyBudget: BodyBudget;
  readModelsStatus: ReadModelsStatus;
  logger: Logger;
}): Metrics {
  const { redis, redisKeys } = deps;
  const metrics = new Metrics("gateway", deps.logger);
  measureRedis(metrics, redis);
  measureBodies(metrics, deps.bodyBudget);
  measureModels(metrics, deps);
  measurePool(metrics, {
    ...deps,
    readQueueDepth: createReadQueueDepth(deps),
    countCoolingModels: () => countCoolingModels(redis, redisKeys),
  });
  return metrics;
}
