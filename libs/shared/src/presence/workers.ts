import type { Redis } from "ioredis";
import type { RedisKeys } from "../redis/keys.ts";

/** How often a process says that it lives. */
export const heartbeatMs = 3_000;
/** A worker that was not heard of for this long counts as gone. */
export const workerTtlMs = 10_000;

/** Says that a worker lives, by Redis's clock. */
export async function announceWorker(
  redis: Redis,
  redisKeys: RedisKeys,
  workerId: string,
): Promise<void> {
  const now = await readRedisClock(redis);
  await redis
    .multi()
    .zadd(redisKeys.workers, now, workerId)
    .zremrangebyscore(redisKeys.workers, "-inf", now - 10 * workerTtlMs)
    .pexpire(redisKeys.workers, 10 * workerTtlMs)
    .exec();
}

/** Says that a worker has stopped. */
export async function dismissWorker(
  redis: Redis,
  redisKeys: RedisKeys,
  workerId: string,
): Promise<void> {
  await redis.zrem(redisKeys.workers, workerId);
}

/** Counts the workers that live. */
export async function countWorkers(
  redis: Redis,
  redisKeys: RedisKeys,
): Promise<number> {
  const now = await readRedisClock(redis);
  return redis.zcount(redisKeys.workers, now - workerTtlMs, "+inf");
}

/** The workers of these that live. */
export async function findLivingWorkers(
  redis: Redis,
  redisKeys: RedisKeys,
): Promise<ReadonlySet<string>> {
  const now = await readRedisClock(redis);
  const ids = await redis.zrangebyscore(
    redisKeys.workers,
    now - workerTtlMs,
    "+inf",
  );
  return new Set(ids);
}

/** Redis's clock, ms since the epoch. */
export async function readRedisClock(redis: Redis): Promise<number> {
  const [seconds, micros] = await redis.time();
  return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
}
