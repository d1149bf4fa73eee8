import type { CompletionsQueue } from "@openrouter-free-pool/shared/queue/completions-queue";
import {
  forgetJob,
  removeJob,
} from "@openrouter-free-pool/shared/queue/remove-jobs";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { Redis } from "ioredis";

type Deps = { queue: CompletionsQueue; redis: Redis; redisKeys: RedisKeys };

/** Removes a job and its body, unless a worker holds it. @returns whether it is gone. */
export async function removeWithBody(
  { queue, redis, redisKeys }: Deps,
  jobId: string,
  client: string | undefined,
): Promise<boolean> {
  const isGone = await removeJob(queue, jobId);
  if (!isGone) return false;
  await Promise.all([
    redis.unlink(redisKeys.body(jobId)),
    forgetJob(redis, redisKeys, { jobId, client }),
  ]);
  return true;
}

/**
 * Keeps a job from being called, wherever it reappears. A call in flight continues.
 *
 * @param markMs the longest time in which the job can reappear, in ms.
 */
export async function disarmJob(
  { redis, redisKeys }: Pick<Deps, "redis" | "redisKeys">,
  jobId: string,
  markMs: number,
): Promise<void> {
  await redis.set(redisKeys.cancelled(jobId), "1", "PX", markMs);
}
