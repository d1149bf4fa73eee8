import type { CompletionRequest } from "@openrouter-free-pool/shared/queue/completion-job";
import { priorityName } from "@openrouter-free-pool/shared/queue/priorities";
import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import type {
  FinalReply,
  StreamPartReply,
} from "@openrouter-free-pool/shared/replies/reply";
import type { Logger } from "pino";
import type { Forecast } from "../forecast/forecast.ts";
import { GatewayError } from "../gateway-error.ts";
import type { RedisHealth } from "../redis-health.ts";
import type { Enqueue } from "./enqueue.ts";
import type { HeldBody } from "./held-body.ts";
import type { WaitingRequests } from "./waiting-requests.ts";
import { watchDeadline } from "./watch-deadline.ts";
import type { Withdraw } from "./withdraw.ts";

/** A checked request, on its way to the queue. */
export type Submission = Omit<
  CompletionRequest,
  "gatewayId" | "deadline" | "body" | "keptPayloadBytes"
> & {
  readonly body: HeldBody;
  /** When the gateway took the request in, ms since the epoch of this process's clock. */
  readonly receivedAt: number;
  /** How long it may wait in the queue, in ms. */
  readonly maxWaitMs: number;
  readonly priority: number;
};

/** Who waits for a request. */
export type Waiter = {
  /** Aborts when the client goes away; its request goes with it. */
  readonly hungUp: AbortSignal;
  /** Takes a part of a stream. @returns false when a part before it is lost. */
  readonly receive?: (part: StreamPartReply) => boolean;
  /** Is given a function that tells which job stands for the request at the moment. */
  readonly onJob?: (currentJobId: () => string) => void;
};

/**
 * Puts a request on the queue and waits for its reply.
 *
 * @throws {GatewayError} when it cannot be queued, or its time is up.
 */
export type Submit = (
  submission: Submission,
  waiter: Waiter,
) => Promise<FinalReply>;

/** Builds {@link Submit}: forecast → register the waiter → enqueue → await. */
export function createSubmit(deps: {
  gatewayId: string;
  redisHealth: RedisHealth;
  forecast: Forecast;
  waiting: WaitingRequests;
  enqueue: Enqueue;
  withdraw: Withdraw;
  clock: RedisClock;
  logger: Logger;
}): Submit {
  const { gatewayId, forecast, waiting, withdraw, logger } = deps;

  return async function submit(submission, waiter) {
    const letGo = submission.body.hold();
    try {
      return await submitHeld(submission, waiter);
    } finally {
      letGo();
    }
  };

  async function submitHeld(
    submission: Submission,
    { hungUp, receive, onJob }: Waiter,
  ): Promise<FinalReply> {
    deps.redisHealth.requireUp();
    await forecast.admit(submission.maxWaitMs, submission.priority);
    if (hungUp.aborted) throw new GatewayError("client-gone");

    const { maxWaitMs, priority, body, ...checked } = submission;
    // What leaves this process is in Redis's time.
    const receivedAt = deps.clock.now() - (Date.now() - submission.receivedAt);
    const deadline = receivedAt + maxWaitMs;
    const { promise, resolve, reject } = Promise.withResolvers<FinalReply>();
    const entry = waiting.add({
      request: { ...checked, receivedAt, gatewayId, deadline },
      body,
      priority,
      receive(part) {
        endWatch();
        return receive?.(part) ?? true;
      },
      settle: (outcome) =>
        outcome instanceof Error ? reject(outcome) : resolve(outcome),
    });

    const { requestId, client, model } = checked;
    const ids = () => ({ requestId, jobId: entry.jobId });
    logger.info(
      { ...ids(), client, model, priority: priorityName(priority) },
      "Queued a request",
    );
    onJob?.(() => entry.jobId);
    const endWatch = watchDeadline({
      deadline: checked.receivedAt + maxWaitMs,
      removeJob: () => withdraw.remove(entry.jobId),
      onWaitedOut: () => waiting.settle(entry.jobId, waitedOut(maxWaitMs)),
    });
    const onHangUp = () => {
      waiting.settle(entry.jobId, new GatewayError("client-gone"));
      withdraw.callOff(entry.jobId).catch((error: unknown) => {
        logger.warn({ ...ids(), err: error }, "Calling off failed");
      });
    };
    hungUp.addEventListener("abort", onHangUp, { once: true });
    try {
      // Not awaited: a reply may come before Redis confirms, and Redis may never do so.
      deps
        .enqueue(entry)
        .catch((error: Error) => waiting.settle(entry.jobId, error));
      return await promise;
    } finally {
      endWatch();
      hungUp.removeEventListener("abort", onHangUp);
    }
  }
}

function waitedOut(maxWaitMs: number): GatewayError {
  return new GatewayError(
    "waited-out",
    `No slot became free within ${maxWaitMs} ms; the request was taken off the queue and not sent`,
  );
}
