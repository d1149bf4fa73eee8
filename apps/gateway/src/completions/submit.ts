import { priorityName } from "@openrouter-free-pool/shared/queue/priorities";
import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import type { FinalReply } from "@openrouter-free-pool/shared/replies/reply";
import type { Logger } from "pino";
import type { CheckCapacity } from "../forecast/check-capacity.ts";
import type { JobQueue } from "../jobs/job-queue.ts";
import type { Submission } from "../jobs/submission.ts";
import type { RedisGrace } from "../redis/redis-grace.ts";
import { PendingRequest } from "./pending-request.ts";
import type { PendingRequests } from "./pending-requests.ts";
import type { StreamSink } from "./pending-stream.ts";

/** The client that waits for a request. */
type Waiter = {
  /** Aborts when the client hangs up; its request is withdrawn then. */
  readonly hungUp: AbortSignal;
  /** Receives the stream; absent for a plain answer. */
  readonly sink?: StreamSink;
  /** Called with the id of each new job of the request. */
  readonly onJob?: (jobId: string) => void;
};

/**
 * Puts a request on the queue and waits for its reply.
 *
 * @throws {GatewayError} when it cannot be queued, or has waited for as long as it may.
 */
export type Submit = (
  submission: Submission,
  waiter: Waiter,
) => Promise<FinalReply>;

/** Builds {@link Submit}: register → wait for Redis → forecast → enqueue → await the reply. */
export function createSubmit(deps: {
  gatewayId: string;
  grace: RedisGrace;
  /** undefined: its place in line is granted, and it does not count as one of its client's open requests. */
  checkCapacity: CheckCapacity | undefined;
  jobs: JobQueue;
  pending: PendingRequests;
  /** Delivers all replies that are available at this moment. */
  catchUp: () => Promise<void>;
  clock: RedisClock;
  commentEveryMs: number;
  logger: Logger;
}): Submit {
  const { gatewayId, grace, checkCapacity, jobs, commentEveryMs, logger } =
    deps;

  return async function submit(submission, { hungUp, sink, onJob }) {
    const { maxWaitMs, priority, body, ...checked } = submission;
    const elapsedMs = Date.now() - submission.receivedAt;
    // Times that leave this process are in Redis's time.
    const receivedAt = deps.clock.now() - elapsedMs;
    const deadline = receivedAt + maxWaitMs;
    const pending = new PendingRequest({
      request: { ...checked, receivedAt, gatewayId, deadline },
      body,
      waitsUntil: performance.now() + maxWaitMs - elapsedMs,
      priority,
      isCounted: checkCapacity !== undefined,
      maxWaitMs,
      jobs,
      catchUp: deps.catchUp,
      sink,
      commentEveryMs,
      onJob,
      logger,
    });
    const letGo = body.hold();
    const onHangUp = () => pending.hangUp();
    hungUp.addEventListener("abort", onHangUp, { once: true });
    try {
      deps.pending.add(pending);
      await grace.hold({ bytes: body.size, maxWaitMs, hungUp });
      await checkCapacity?.(submission);
      if (hungUp.aborted) pending.hangUp();
      if (pending.phase === "unqueued") {
        const { requestId, client, model } = checked;
        const ids = { requestId, jobId: pending.jobId, client, model };
        const name = priorityName(priority);
        // First: lines of its worker have later times.
        logger.info({ ...ids, priority: name }, "Queued a request");
        pending.enqueue();
      }
      return await pending.reply;
    } catch (error) {
      pending.fail(error as Error);
      throw error;
    } finally {
      hungUp.removeEventListener("abort", onHangUp);
      deps.pending.remove(pending);
      letGo();
    }
  };
}
