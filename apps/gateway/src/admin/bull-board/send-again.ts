import type {
  CompletionJob,
  CompletionRequest,
} from "@openrouter-free-pool/shared/queue/completion-job";
import type { FinishedRequest } from "@openrouter-free-pool/shared/queue/finished-request";
import {
  readState,
  restartJob,
} from "@openrouter-free-pool/shared/queue/restart-job";
import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import type { Once } from "../once/once.ts";

/** Sends a finished request again. @returns why it cannot be sent; undefined when it has been. */
export type SendAgain = (job: CompletionJob) => Promise<string | undefined>;

/**
 * Builds {@link SendAgain}. The client is gone; so this gateway is the sender, and the new answer
 * stays on the job.
 */
export function createSendAgain(deps: {
  gatewayId: string;
  clock: RedisClock;
  maxWaitMs: number;
  once: Once;
}): SendAgain {
  async function send(job: CompletionJob): Promise<string | null> {
    const state = await readState(job);
    if (state !== "failed" && state !== "completed") {
      return `This request is not finished: it is ${state}.`;
    }
    const { ending: _, ...request } = job.data as FinishedRequest;
    if (request.body === undefined) {
      return "Its prompt was not kept. Only with KEEP_PAYLOADS=true can a finished request be sent again, and only a short one.";
    }
    const now = deps.clock.now();
    const isSent = await restartJob(job, state, {
      ...(request as CompletionRequest),
      body: withoutStream(request.body),
      isStream: false,
      gatewayId: deps.gatewayId,
      receivedAt: now,
      deadline: now + deps.maxWaitMs,
    });
    return isSent ? null : "This request is gone, or was just sent again.";
  }
  return async (job) =>
    (await deps.once(`send-again:${job.id}`, () => send(job))) ?? undefined;
}

/** Nobody would read a stream. */
function withoutStream(body: string): string {
  const { stream: _, stream_options: __, ...rest } = JSON.parse(body);
  return JSON.stringify(rest);
}
