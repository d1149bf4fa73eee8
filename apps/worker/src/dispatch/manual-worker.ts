import {
  type CompletionRequest,
  completionsQueue,
} from "@openrouter-free-pool/shared/queue/completion-job";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import { Worker } from "bullmq";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import { lockMs, mostStalls, stalledCheckMs } from "./job-locks.ts";

/** Seconds for which an idle worker waits in one command. */
const drainDelaySeconds = 2;

/** BullMQ's worker, for jobs that are fetched by hand. */
export class ManualWorker extends Worker<CompletionRequest, void> {
  /**
   * Tells it that no job is in the queue: the next fetch waits for one at once.
   * By itself it would ask first, and be told so.
   */
  expectNoJob(): void {
    void this.nextJobFromJobData();
  }
}

/** Opens a {@link ManualWorker} on the queue of requests. */
export function openManualWorker(
  redis: Redis,
  redisKeys: RedisKeys,
  logger: Logger,
): ManualWorker {
  const worker = new ManualWorker(completionsQueue, undefined, {
    connection: redis,
    prefix: redisKeys.queuePrefix,
    autorun: false,
    lockDuration: lockMs,
    stalledInterval: stalledCheckMs,
    maxStalledCount: mostStalls,
    drainDelay: drainDelaySeconds,
    runRetryDelay: 500,
  });
  worker.on("error", (error) => logger.warn({ err: error }, "BullMQ reports"));
  worker.on("stalled", (jobId) =>
    logger.warn({ jobId }, "Took over a job of a lost worker"),
  );
  return worker;
}
