import type { CompletionRequest } from "@openrouter-free-pool/shared/queue/completion-job";
import {
  type PriorityName,
  priorityNames,
  scoreRange,
} from "@openrouter-free-pool/shared/queue/priorities";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import { readRedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import type { Queue } from "bullmq";
import type { Redis } from "ioredis";

/** What is on the queue, apart from what the pool's view has already. */
export type QueueDepth = {
  readonly isPaused: boolean;
  /** Requests that wait for their model, or for another try. */
  readonly delayed: number;
  /** How long the request at the head of each line has been there, in ms. */
  readonly headWaits: ReadonlyMap<PriorityName, number>;
};

/** Builds the reader of {@link QueueDepth}; its cost does not grow with the queue. */
export function createReadQueueDepth(deps: {
  redis: Redis;
  redisKeys: RedisKeys;
  queue: Queue<CompletionRequest, void>;
}): () => Promise<QueueDepth> {
  const { redis, redisKeys, queue } = deps;

  async function readHeadWait(name: PriorityName) {
    const [headId] = await redis.zrangebyscore(
      redisKeys.prioritizedJobs,
      ...scoreRange(name),
      "LIMIT",
      0,
      1,
    );
    if (headId === undefined) return [];
    const since = await redis.hget(redisKeys.job(headId), "timestamp");
    if (since === null) return [];
    const now = await readRedisClock(redis);
    return [[name, Math.max(0, now - Number(since))] as const];
  }

  return async function readQueueDepth() {
    const [isPaused, delayed, ...headWaits] = await Promise.all([
      queue.isPaused(),
      redis.zcard(queue.toKey("delayed")),
      ...priorityNames.map(readHeadWait),
    ]);
    return { isPaused, delayed, headWaits: new Map(headWaits.flat()) };
  };
}
