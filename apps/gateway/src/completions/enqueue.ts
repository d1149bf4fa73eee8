import type { CompletionRequest } from "@openrouter-free-pool/shared/queue/completion-job";
import type { Queue } from "bullmq";
import { GatewayError } from "../gateway-error.ts";
import type { WaitingRequest } from "./waiting-requests.ts";

const retryAfterMs = 5_000;

/** Puts the job that stands for a waiting request on the queue. */
export type Enqueue = (waiting: WaitingRequest) => Promise<void>;

/** Builds {@link Enqueue}; it throws `queue-full` or `redis-down`. */
export function createEnqueue(queue: Queue<CompletionRequest, void>): Enqueue {
  return async function enqueue({ jobId, request, priority }) {
    try {
      await queue.add(request.model, request, { jobId, priority });
    } catch (cause) {
      throw toGatewayError(cause);
    }
  };
}

function toGatewayError(cause: unknown): GatewayError {
  const isOutOfMemory = cause instanceof Error && /\bOOM\b/.test(cause.message);
  return isOutOfMemory
    ? new GatewayError("queue-full", "The queue's Redis is out of memory", {
        cause,
        retryAfterMs,
      })
    : new GatewayError("redis-down", "The queue did not take the request", {
        cause,
        retryAfterMs,
      });
}
