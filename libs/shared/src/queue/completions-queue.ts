import { Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { RedisKeys } from "../redis/keys.ts";
import { type CompletionRequest, completionsQueue } from "./completion-job.ts";

/** Events are only read by people looking at the queue; few are kept. */
const keptEvents = 1_000;

/** Opens the queue of requests on a connection that stays the caller's. */
export function openCompletionsQueue(
  redis: Redis,
  redisKeys: RedisKeys,
): Queue<CompletionRequest, void> {
  const queue = new Queue<CompletionRequest, void>(completionsQueue, {
    connection: redis,
    prefix: redisKeys.queuePrefix,
    streams: { events: { maxLen: keptEvents } },
    defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
  });
  // Whoever opened the connection logs its errors; without a listener BullMQ would print them.
  queue.on("error", () => undefined);
  return queue;
}
