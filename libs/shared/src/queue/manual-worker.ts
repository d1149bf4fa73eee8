import { Worker } from "bullmq";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import type { RedisKeys } from "../redis/keys.ts";
import type { RedisClock } from "../redis/redis-clock.ts";
import { completionsQueue } from "./bullmq/queue-keys.ts";
import { useRedisTime } from "./bullmq/use-redis-time.ts";
import type { CompletionJob, CompletionRequest } from "./completion-job.ts";
import { lockMs, mostStalls, stalledCheckMs } from "./job-locks.ts";

/** Seconds for which an idle worker waits in one command. */
const drainDelaySeconds = 2;

/** A job that Redis gave to this worker, and the token of the lock that the worker holds. */
export type FetchedJob = {
  readonly job: CompletionJob;
  readonly token: string;
};

/** BullMQ's worker, for jobs that are fetched by hand, which BullMQ documents as a pattern. */
export class ManualWorker extends Worker<CompletionRequest, void> {
  #tokens = 0;

  /**
   * Takes the next job off the queue.
   *
   * @param options.block whether to wait for one, for some seconds.
   */
  async fetch(options: { block: boolean }): Promise<FetchedJob | undefined> {
    const token = `${this.id}:${this.#tokens++}`;
    const job = await this.getNextJob(token, options);
    return job && { job, token };
  }

  /**
   * Tells it that no job is in the queue: the next fetch waits for one at once.
   * By itself it would ask first, and be told so.
   */
  expectNoJob(): void {
    void this.nextJobFromJobData();
  }

  /** Whether a lock's token is one of this worker's. */
  isOwnToken(token: string): boolean {
    return token.startsWith(`${this.id}:`);
  }
}

/** Opens a {@link ManualWorker} on the queue of requests, which tells the time by Redis's clock. */
export function openManualWorker(deps: {
  redis: Redis;
  redisKeys: RedisKeys;
  clock: RedisClock;
  logger: Logger;
}): ManualWorker {
  const { redis, redisKeys, logger } = deps;
  const worker = new ManualWorker(completionsQueue, undefined, {
    connection: redis,
    prefix: redisKeys.root,
    autorun: false,
    lockDuration: lockMs,
    stalledInterval: stalledCheckMs,
    maxStalledCount: mostStalls,
    drainDelay: drainDelaySeconds,
    runRetryDelay: 500,
  });
  useRedisTime(worker.backend, deps.clock);
  worker.on("error", (error) => logger.warn({ err: error }, "BullMQ reports"));
  worker.on("stalled", (jobId) =>
    logger.warn({ jobId }, "Took over a job of a lost worker"),
  );
  return worker;
}
