import type { Redis } from "ioredis";
import { z } from "zod";
import type { RedisKeys } from "../redis/keys.ts";
import { readRedisClock } from "../redis/redis-clock.ts";
import { loadScript, runScript } from "../redis/script.ts";

const announceWorkerScript = loadScript(
  new URL("./announce-worker.lua", import.meta.url),
);

/** How often a process says that it lives. */
export const heartbeatMs = 3_000;
/** A worker that was not heard of for this long counts as gone. */
const workerTtlMs = 10_000;
const forgetAfterMs = 10 * workerTtlMs;

const detailsSchema = z.object({
  host: z.string(),
  pid: z.number(),
  version: z.string(),
  /** ms since the epoch, by Redis's clock. */
  startedAt: z.number(),
  /** Calls that it makes at a time, at most. */
  concurrency: z.number(),
  /** Calls in hand. */
  inFlight: z.number(),
});

/** What a worker says about itself with each heartbeat. */
type WorkerDetails = z.output<typeof detailsSchema>;

/** A worker that lives. */
export type LivingWorker = {
  readonly id: string;
  readonly seenAt: number;
  /** Absent for a worker of an older version. */
  readonly details: WorkerDetails | undefined;
};

/** Says that a worker lives, by Redis's clock. */
export async function announceWorker(
  redis: Redis,
  redisKeys: RedisKeys,
  workerId: string,
  details: WorkerDetails,
): Promise<void> {
  await runScript(
    redis,
    announceWorkerScript,
    [redisKeys.workers, redisKeys.workerDetails(workerId)],
    [workerId, JSON.stringify(details), forgetAfterMs],
  );
}

/** Says that a worker has stopped. */
export async function dismissWorker(
  redis: Redis,
  redisKeys: RedisKeys,
  workerId: string,
): Promise<void> {
  await redis
    .multi()
    .zrem(redisKeys.workers, workerId)
    .del(redisKeys.workerDetails(workerId))
    .exec();
}

/** Counts the workers that live. */
export async function countWorkers(
  redis: Redis,
  redisKeys: RedisKeys,
): Promise<number> {
  const now = await readRedisClock(redis);
  return redis.zcount(redisKeys.workers, now - workerTtlMs, "+inf");
}

/** The workers that live, and what they say about themselves. */
export async function readWorkers(
  redis: Redis,
  redisKeys: RedisKeys,
): Promise<LivingWorker[]> {
  const now = await readRedisClock(redis);
  const flat = await redis.zrangebyscore(
    redisKeys.workers,
    now - workerTtlMs,
    "+inf",
    "WITHSCORES",
  );
  const ids = flat.filter((_, index) => index % 2 === 0);
  if (ids.length === 0) return [];
  const details = await redis.mget(ids.map(redisKeys.workerDetails));
  return ids.map((id, index) => {
    const json = details[index];
    return {
      id,
      seenAt: Number(flat[2 * index + 1]),
      details: json ? detailsSchema.parse(JSON.parse(json)) : undefined,
    };
  });
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
