import type { Redis } from "ioredis";
import { z } from "zod";
import type { RedisKeys } from "../redis/keys.ts";
import { readRedisClock } from "../redis/redis-clock.ts";
import { loadScript, runScript } from "../redis/script.ts";

const announceWorkerScript = loadScript(
  new URL("./announce-worker.lua", import.meta.url),
);

/** Interval of heartbeats. */
export const heartbeatMs = 3_000;
/** A worker without a heartbeat for this long counts as gone. */
const workerTtlMs = 10_000;
const forgetAfterMs = 10 * workerTtlMs;

const detailsSchema = z.object({
  host: z.string(),
  pid: z.number(),
  version: z.string(),
  /** ms since the epoch, by Redis's clock. */
  startedAt: z.number(),
  /** Maximum number of its calls at a time. */
  concurrency: z.number(),
  /** Calls in flight. */
  inFlight: z.number(),
});

/** What a worker reports about itself with each heartbeat. */
type WorkerDetails = z.output<typeof detailsSchema>;

/** A worker that is alive. */
export type LivingWorker = {
  readonly id: string;
  readonly seenAt: number;
  /** Absent for a worker of an older version. */
  readonly details: WorkerDetails | undefined;
};

/** Records that a worker is alive, by Redis's clock. */
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

/** Records that a worker has stopped. */
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

/** Counts the workers that are alive. */
export async function countWorkers(
  redis: Redis,
  redisKeys: RedisKeys,
): Promise<number> {
  const now = await readRedisClock(redis);
  return redis.zcount(redisKeys.workers, now - workerTtlMs, "+inf");
}

/** The workers that are alive, and what they report about themselves. */
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

/** Those of the workers that are alive. */
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
