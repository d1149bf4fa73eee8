import type { CompletionsQueue } from "@openrouter-free-pool/shared/queue/completions-queue";
import { readPlace } from "@openrouter-free-pool/shared/queue/find-jobs";
import { removeJob } from "@openrouter-free-pool/shared/queue/remove-jobs";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import { acknowledge } from "@openrouter-free-pool/shared/replies/stream-credit";
import type { Redis } from "ioredis";
import type { RedisGrace } from "../redis/redis-grace.ts";
import type { Enqueue } from "./enqueue.ts";
import type { QueuedRequest } from "./submission.ts";

/** What a pending request does with its job. */
export type JobQueue = {
  /**
   * Puts a job on the queue. During a short outage of Redis it is tried again.
   *
   * @param isWanted whether the job still stands for the request.
   * @throws {GatewayError} `redis-down`, `queue-full`.
   */
  add(job: QueuedRequest, isWanted: () => boolean): Promise<void>;
  /** Removes a job, unless a worker holds it. @returns whether it is gone. */
  remove(jobId: string): Promise<boolean>;
  /** Keeps a job from being called, wherever it turns up. A call in flight goes on. */
  disarm(jobId: string): Promise<void>;
  /** Withdraws a job in any state: a call in flight is aborted. */
  callOff(jobId: string): Promise<void>;
  /** A job's place in line, 1 for the next one; undefined when it is not in line. */
  readPlace(jobId: string): Promise<number | undefined>;
  /** Tells the worker how many bytes of a stream the client has taken in all. */
  acknowledge(
    stream: { workerId: string; jobId: string },
    takenBytes: number,
  ): Promise<void>;
};

/** Builds {@link JobQueue}. */
export function createJobQueue(deps: {
  queue: CompletionsQueue;
  enqueue: Enqueue;
  grace: RedisGrace;
  redis: Redis;
  redisKeys: RedisKeys;
  /** Longest time that a withdrawn job can still turn up, in ms. */
  markMs: number;
}): JobQueue {
  const { queue, enqueue, grace, redis, redisKeys, markMs } = deps;

  async function remove(jobId: string): Promise<boolean> {
    const isGone = await removeJob(queue, jobId);
    if (isGone) await redis.unlink(redisKeys.body(jobId));
    return isGone;
  }
  const disarm = async (jobId: string) => {
    await redis.set(redisKeys.cancelled(jobId), "1", "PX", markMs);
  };

  return {
    add: (job, isWanted) => grace.retry(() => enqueue(job), isWanted),
    remove,
    disarm,
    async callOff(jobId) {
      // The mark first: a worker that takes the job from here on sees it.
      await disarm(jobId);
      if (!(await remove(jobId))) {
        await redis.publish(redisKeys.cancellations, jobId);
      }
    },
    readPlace: (jobId) => readPlace(redis, redisKeys, jobId),
    acknowledge: (stream, takenBytes) =>
      acknowledge(redis, redisKeys, stream, takenBytes),
  };
}
