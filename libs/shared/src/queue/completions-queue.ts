import type { Context } from "@opentelemetry/api";
import { Queue, type Telemetry } from "bullmq";
import type { Redis } from "ioredis";
import type { RedisKeys } from "../redis/keys.ts";
import { completionsQueue } from "./bullmq/queue-keys.ts";
import type { CompletionRequest } from "./completion-job.ts";

/** The queue of all requests, for those who put jobs on it or look at it. */
export type CompletionsQueue = Queue<CompletionRequest, void>;

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
): CompletionsQueue {
  const queue = new Queue<CompletionRequest, void>(completionsQueue, {
    connection: redis,
    prefix: redisKeys.root,
    ...(telemetry ? { telemetry } : {}),
    streams: { events: { maxLen: keptEvents } },
    defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
  });
  // The opener of the connection logs its errors; without a listener BullMQ would print them.
  queue.on("error", () => undefined);
  return queue;
}
