import type { Context } from "@opentelemetry/api";
import { Queue, type Telemetry } from "bullmq";
import type { Redis } from "ioredis";
import type { RedisKeys } from "../redis/keys.ts";
import { type CompletionRequest, completionsQueue } from "./completion-job.ts";

/** Events are only read by people looking at the queue; few are kept. */
const keptEvents = 1_000;

/**
 * Opens the queue of requests on a connection that stays the caller's.
 *
 * @param telemetry has traces travel with jobs.
 */
export function openCompletionsQueue(
  redis: Redis,
  redisKeys: RedisKeys,
  telemetry?: Telemetry<Context>,
): Queue<CompletionRequest, void> {
  const queue = new Queue<CompletionRequest, void>(completionsQueue, {
    connection: redis,
    prefix: redisKeys.queuePrefix,
    ...(telemetry ? { telemetry } : {}),
    streams: { events: { maxLen: keptEvents } },
    defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
  });
  // Whoever opened the connection logs its errors; without a listener BullMQ would print them.
  queue.on("error", () => undefined);
  return queue;
}
