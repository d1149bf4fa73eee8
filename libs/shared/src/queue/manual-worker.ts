import { Job, raw2NextJobData, Worker } from "bullmq";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import type { RedisKeys } from "../redis/keys.ts";
import type { RedisClock } from "../redis/redis-clock.ts";
import { completionsQueue } from "./bullmq/queue-keys.ts";
import { useRedisTime } from "./bullmq/use-redis-time.ts";
import type { CompletionJob, CompletionRequest } from "./completion-job.ts";
import { lockMs, mostStalls, stalledCheckMs } from "./job-locks.ts";

/** BullMQ's worker, for jobs that are taken off the queue by `take-jobs.lua`. */
export class ManualWorker extends Worker<CompletionRequest, void> {
  #tokens = 0;

  /** First part of the tokens of this worker's locks. */
  get tokenPrefix(): string {
    return `${this.id}:`;
  }

  /** Reserves numbers for tokens. @returns the first of them. */
  reserveTokens(count: number): number {
    const first = this.#tokens;
    this.#tokens += count;
    return first;
  }

  /** Whether a lock's token is one of this worker's. */
  isOwnToken(token: string): boolean {
    return token.startsWith(this.tokenPrefix);
  }

  /**
   * Makes a job object of a job that was just taken.
   *
   * @param hash the job's hash before it was taken, names and values in turn.
   * @param takenAt ms since the epoch of Redis's clock.
   */
  openJob(
    jobId: string,
    hash: readonly string[],
    taken: { token: string; takenAt: number },
  ): CompletionJob {
    const [json] = raw2NextJobData([hash, jobId, 0, 0]);
    const job = Job.fromJSON<CompletionRequest, void>(this, json, jobId);
    job.token = taken.token;
    job.processedOn = taken.takenAt;
    job.attemptsStarted += 1;
    return job;
  }

  /** Waits until there may be jobs in line, at most so long; returns early when the worker is closed. */
  async waitForLine(mostMs: number): Promise<void> {
    try {
      await this.backend.waitForJob(mostMs / 1_000);
    } catch (error) {
      // As BullMQ does: while Sentinels elect a server, the connection may have none.
      await this.backend.reconnectBlocking().catch(() => undefined);
      throw error;
    }
  }
}

/** Opens a {@link ManualWorker} on the queue of requests, with Redis's clock. */
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
  });
  useRedisTime(worker.backend, deps.clock);
  worker.on("error", (error) => logger.warn({ err: error }, "BullMQ reports"));
  worker.on("stalled", (jobId) =>
    logger.warn({ jobId }, "Took over a job of a lost worker"),
  );
  return worker;
}
