import { setTimeout as sleep } from "node:timers/promises";
import type { CompletionsQueue } from "@openrouter-free-pool/shared/queue/completions-queue";
import { readPlace } from "@openrouter-free-pool/shared/queue/find-jobs";
import {
  forgetJob,
  removeJob,
} from "@openrouter-free-pool/shared/queue/remove-jobs";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import { acknowledge } from "@openrouter-free-pool/shared/replies/stream-credit";
import type { Redis } from "ioredis";
import { toRedisError } from "../errors/refusals.ts";
import type { RedisGrace } from "../redis/redis-grace.ts";
import type { Enqueue } from "./enqueue.ts";
import type { QueuedRequest } from "./submission.ts";
import { disarmJob, removeWithBody } from "./withdraw-job.ts";

/** Withdrawals that are remembered until Redis confirms them. */
const mostUnconfirmed = 10_000;

/** A worker whose client reads must hear of it: without that it ends the stream. */
const acknowledgeAgainMs = 200;

/** How far the client of a stream is. */
export type StreamProgress = {
  readonly workerId: string;
  /** Bytes that the client has taken in all, at this moment. */
  readonly takenBytes: () => number;
  /** Whether the same call still feeds the stream. */
  readonly isCurrent: () => boolean;
};

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
  remove(jobId: string, client?: string): Promise<boolean>;
  /** Keeps a job from being called, wherever it turns up. A call in flight goes on. */
  disarm(jobId: string): Promise<void>;
  /**
   * Withdraws a job in any state: a call in flight is aborted. During a short outage of
   * Redis it is tried again.
   *
   * @throws {GatewayError} `redis-down`, `queue-full`.
   */
  callOff(jobId: string, client?: string): Promise<void>;
  /** Withdraws again what Redis has not confirmed. */
  repeatCallOffs(): Promise<void>;
  /** A job's place in line, 1 for the next one; undefined when it is not in line. */
  readPlace(
    jobId: string,
    client: string | undefined,
  ): Promise<number | undefined>;
  /** Tells the worker how far the client is; repeated until Redis takes it. */
  acknowledge(jobId: string, progress: StreamProgress): Promise<void>;
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

  const disarm = (jobId: string) => disarmJob(deps, jobId, markMs);

  /** Jobs and their clients. */
  const unconfirmed = new Map<string, string | undefined>();

  async function callOffOnce(
    jobId: string,
    client: string | undefined,
  ): Promise<void> {
    try {
      // The mark first: a worker that takes the job from here on sees it.
      await disarm(jobId);
      // Nobody sends it again; a call in flight has read it.
      await redis.unlink(redisKeys.body(jobId));
      if (await removeJob(queue, jobId)) {
        await forgetJob(redis, redisKeys, { jobId, client });
      } else {
        await redis.publish(redisKeys.cancellations, jobId);
      }
    } catch (cause) {
      throw toRedisError(cause);
    }
    unconfirmed.delete(jobId);
  }

  return {
    add: (job, isWanted) => grace.retry(() => enqueue(job, isWanted), isWanted),
    remove: (jobId, client) => removeWithBody(deps, jobId, client),
    disarm,
    async callOff(jobId, client) {
      if (unconfirmed.size < mostUnconfirmed) unconfirmed.set(jobId, client);
      await grace.retry(() => callOffOnce(jobId, client));
    },
    async repeatCallOffs() {
      for (const [jobId, client] of [...unconfirmed]) {
        await callOffOnce(jobId, client);
      }
    },
    readPlace: (jobId, client) => readPlace(redis, redisKeys, jobId, client),
    async acknowledge(jobId, { workerId, takenBytes, isCurrent }) {
      const stream = { workerId, jobId };
      for (;;) {
        try {
          // An earlier figure never replaces a later one: each try sends the latest.
          return await acknowledge(redis, redisKeys, stream, takenBytes());
        } catch (error) {
          await sleep(acknowledgeAgainMs, undefined, { ref: false });
          if (!isCurrent()) throw error;
        }
      }
    },
  };
}
