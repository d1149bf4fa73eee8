import type { Context } from "@opentelemetry/api";
import { Queue, type Telemetry } from "bullmq";
import type { Redis } from "ioredis";
import type { RedisKeys } from "../redis/keys.ts";
import { completionsQueue } from "./bullmq/queue-keys.ts";
import type { CompletionRequest } from "./completion-job.ts";

/** The queue of all requests, to add jobs or to read it. */
export type CompletionsQueue = Queue<CompletionRequest, void>;

/** Events are only read by people who inspect the queue; few are kept. */
const keptEvents = 1_000;

/**
 * Opens the queue of requests on a connection that the caller owns.
 *
 * @param telemetry makes jobs carry traces.
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
