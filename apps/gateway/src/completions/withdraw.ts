import type { CompletionRequest } from "@openrouter-free-pool/shared/queue/completion-job";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { Queue } from "bullmq";
import type { Redis } from "ioredis";

/** Takes requests off the queue that nobody waits for any more. */
export type Withdraw = {
  /**
   * The client has gone: a job in the queue is removed, one in flight is aborted,
   * and one that is just between the two is stopped by its mark.
   */
  callOff(jobId: string): Promise<void>;
  /** Removes a job, unless a worker holds it. @returns whether it is gone. */
  remove(jobId: string): Promise<boolean>;
};

/** Builds {@link Withdraw}. */
export function createWithdraw(deps: {
  queue: Queue<CompletionRequest, void>;
  redis: Redis;
  redisKeys: RedisKeys;
  /** Longest time that a job can still be somewhere, in ms. */
  markMs: number;
}): Withdraw {
  const { queue, redis, redisKeys, markMs } = deps;

  async function remove(jobId: string): Promise<boolean> {
    const isGone = (await queue.remove(jobId)) === 1;
    if (isGone) await redis.unlink(redisKeys.body(jobId));
    return isGone;
  }

  return {
    async callOff(jobId) {
      // The mark first: whoever takes the job from here on sees it.
      await redis.set(redisKeys.cancelled(jobId), "1", "PX", markMs);
      if (!(await remove(jobId))) {
        await redis.publish(redisKeys.cancellations, jobId);
      }
    },
    remove,
  };
}
