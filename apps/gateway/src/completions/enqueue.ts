import type { CompletionRequest } from "@openrouter-free-pool/shared/queue/completion-job";
import type { Queue } from "bullmq";
import { toRedisError } from "../refusals.ts";
import type { QueuedRequest } from "./submission.ts";

/** Finished requests are visible for a day at most. */
const keptSeconds = 86_400;

/** Puts the job that stands for a waiting request on the queue. */
export type Enqueue = (waiting: QueuedRequest) => Promise<void>;

/**
 * Builds {@link Enqueue}; it throws `queue-full` or `redis-down`.
 *
 * @param keepFinished how many finished requests stay visible on the queue's page.
 */
export function createEnqueue(
  queue: Queue<CompletionRequest, void>,
  keepFinished: number,
): Enqueue {
  const retention = keepFinished === 0 || {
    count: keepFinished,
    age: keptSeconds,
  };
  const whenFinished = {
    removeOnComplete: retention,
    removeOnFail: retention,
  };
  return async function enqueue({ jobId, request, priority }) {
    try {
      await queue.add(request.model, request, {
        jobId,
        priority,
        ...whenFinished,
      });
    } catch (cause) {
      throw toRedisError(cause);
    }
  };
}
