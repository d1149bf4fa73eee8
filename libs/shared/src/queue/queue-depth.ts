import type { Redis } from "ioredis";

import type { RedisKeys } from "../redis/keys.ts";
import { readRedisClock } from "../redis/redis-clock.ts";
import { queueKeys } from "./bullmq/queue-keys.ts";
import { heldScore } from "./bullmq/scores.ts";
import type { CompletionsQueue } from "./completions-queue.ts";
import {
  type PriorityName,
  priorities,
  priorityNames,
  scoreRange,
} from "./priorities.ts";

/** Counts the jobs that no worker holds, delayed ones included, and those that workers hold. */
export async function countJobs(
  queue: CompletionsQueue,
): Promise<{ waiting: number; inFlight: number }> {
  const states = ["wait", "prioritized", "delayed", "active"] as const;
  const counts = await queue.getJobCounts(...states);
  const { active: inFlight = 0, ...rest } = counts;
  const waiting = Object.values(rest).reduce((sum, count) => sum + count, 0);
  return { waiting, inFlight };
}

/** Counts the delayed jobs that wait for their client's own budget. */
export function countHeld(redis: Redis, redisKeys: RedisKeys): Promise<number> {
  return redis.zcount(queueKeys(redisKeys).delayed, heldScore, "+inf");
}

/** Counts the jobs of a priority that are in line, or those of one client; delayed ones do not count. */
export function countInLine(
  redis: Redis,
  redisKeys: RedisKeys,
  name: PriorityName,
  client?: string,
): Promise<number> {
  if (client !== undefined)
    return redis.zcard(redisKeys.clientLine(priorities[name], client));
  return redis.zcount(queueKeys(redisKeys).prioritized, ...scoreRange(name));
}

/** The state of the queue, in addition to the counts of {@link countJobs}. */
export type QueueDepth = {
  /** Requests that wait for their model, or for another attempt. */
  readonly delayed: number;
  /** Requests that wait for their client's own budget. */
  readonly held: number;
  /** How long the request at the head of each line has been there, in ms. */
  readonly headWaits: ReadonlyMap<PriorityName, number>;
};

/** Builds the reader of {@link QueueDepth}; its cost does not grow with the queue. */
export function createReadQueueDepth(deps: {
  redis: Redis;
  redisKeys: RedisKeys;
}): () => Promise<QueueDepth> {
  const { redis } = deps;
  const keys = queueKeys(deps.redisKeys);

  async function readHeadWait(name: PriorityName) {
    const [headId] = await redis.zrangebyscore(
      keys.prioritized,
      ...scoreRange(name),
      "LIMIT",
      0,
      1,
    );
    if (headId === undefined) return [];
    const since = await redis.hget(keys.job(headId), "timestamp");
    if (since === null) return [];
    const now = await readRedisClock(redis);
    return [[name, Math.max(0, now - Number(since))] as const];
  }

  return async function readQueueDepth() {
    const [delayed, held, ...headWaits] = await Promise.all([
      redis.zcard(keys.delayed),
      countHeld(redis, deps.redisKeys),
      ...priorityNames.map(readHeadWait),
    ]);
    return {
      delayed: delayed - held,
      held,
      headWaits: new Map(headWaits.flat()),
    };
  };
}
