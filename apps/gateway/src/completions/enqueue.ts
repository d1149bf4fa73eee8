import type { CompletionRequest } from "@openrouter-free-pool/shared/queue/completion-job";
import type { Queue } from "bullmq";
import { toRedisTrouble } from "../redis-trouble.ts";
import type { WaitingRequest } from "./waiting-requests.ts";

/** Finished requests are visible for a day at most. */
const keptSeconds = 86_400;

/** Puts the job that stands for a waiting request on the queue. */
export type Enqueue = (waiting: WaitingRequest) => Promise<void>;

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
        timestamp: request.receivedAt,
        ...whenFinished,
      });
    } catch (cause) {
      throw toRedisTrouble(cause);
    }
  };
}
