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

/** Who waits for a request. */
type Waiter = {
  /** Aborts when the client goes away; its request goes with it. */
  readonly hungUp: AbortSignal;
  /** Takes the stream in; absent for a plain answer. */
  readonly sink?: StreamSink;
  /** Is told which job stands for the request from now on. */
  readonly onJob?: (jobId: string) => void;
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

/** Builds {@link Submit}: register → wait for Redis → forecast → enqueue → await the reply. */
export function createSubmit(deps: {
  gatewayId: string;
  grace: RedisGrace;
  /** undefined: its place in line is granted, and it counts as no open request of its client's. */
  checkCapacity: CheckCapacity | undefined;
  jobs: JobQueue;
  pending: PendingRequests;
  /** Hands over all replies that are there at this moment. */
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
    // What leaves this process is in Redis's time.
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
      if (pending.phase === "held") {
        pending.enqueue();
        const { requestId, client, model } = checked;
        const ids = { requestId, jobId: pending.jobId, client, model };
        const name = priorityName(priority);
        logger.info({ ...ids, priority: name }, "Queued a request");
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
