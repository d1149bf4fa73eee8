import {
  type CompletionJob,
  type CompletionProgress,
  readProgress,
} from "@openrouter-free-pool/shared/queue/completion-job";
import {
  type Ending,
  type FinishedRequest,
  toFinishedRequest,
} from "@openrouter-free-pool/shared/queue/finished-request";
import { returningPriority } from "@openrouter-free-pool/shared/queue/priorities";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type {
  FailureReply,
  Reply,
} from "@openrouter-free-pool/shared/replies/reply";
import { sendReply } from "@openrouter-free-pool/shared/replies/send-reply";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import { AnswerNotes } from "../call/answer-record.ts";
import type { UpstreamAnswer } from "../call/openrouter/client.ts";
import { describeJob } from "../job/describe-job.ts";
import type { CallMetrics } from "../metrics/call-metrics.ts";
import { backOff } from "./back-off.ts";
import type { DeferralSpread } from "./deferral-spread.ts";

/** How long a job that was answered, but not ours any more, is kept from being called again. */
const tombstoneMs = 600_000;

/** Aborting with this reason means that the client has gone. */
export const cancelledReason = "cancelled";

/**
 * The ways in which a worker lets go of a job. Each of them ends this worker's
 * ownership; a job is in exactly one place afterwards.
 */
export type JobOutcomes = {
  /** The client gets OpenRouter's answer. */
  answer(
    job: CompletionJob,
    answer: UpstreamAnswer,
    upstreamMs: number,
  ): Promise<undefined>;
  /** The client gets an error of ours, and hears when to come again. */
  fail(
    job: CompletionJob,
    code: FailureReply["code"],
    retryAfterMs?: number,
  ): Promise<undefined>;
  /** Everything of a stream has been sent. */
  endStream(job: CompletionJob): Promise<undefined>;
  /** Its client has the answer, but the worker that sent it was lost before it could say so. */
  close(job: CompletionJob): Promise<undefined>;
  /** A stream that had begun cannot go on; the client gets an error event. */
  breakStream(
    job: CompletionJob,
    failure: { status: number; message: string },
  ): Promise<undefined>;
  /** Back to the head of the line: no slot was free. */
  putBack(job: CompletionJob): Promise<undefined>;
  /** Delayed until its model has cooled down; it keeps its place. */
  deferForModel(job: CompletionJob, cooldownMs: number): Promise<undefined>;
  /** Delayed until its gateway is back or dead for certain; it keeps its place. */
  deferForGateway(job: CompletionJob, awayMs: number): Promise<undefined>;
  /** Delayed with back-off after a passing failure; it keeps its place. */
  retryLater(
    job: CompletionJob,
    progress: CompletionProgress,
    statedMs: number | undefined,
  ): Promise<undefined>;
  /** Nobody waits for it any more. */
  drop(job: CompletionJob): Promise<undefined>;
  /** Its gateway seems dead; should it be alive, it hears of it. */
  disown(job: CompletionJob): Promise<undefined>;
  /** Dropped when the client has gone, put back when the worker stops. */
  callOff(job: CompletionJob, signal: AbortSignal): Promise<undefined>;
};

/** Builds {@link JobOutcomes} on the worker's main connection. */
export function createJobOutcomes(deps: {
  redis: Redis;
  redisKeys: RedisKeys;
  spread: DeferralSpread;
  release: (jobId: string) => void;
  keepPayloads: boolean;
  metrics: CallMetrics;
  logger: Logger;
}): JobOutcomes {
  const { redis, redisKeys, spread, release, keepPayloads, logger } = deps;

  const reply = (job: CompletionJob, message: Reply, ending?: Ending) =>
    sendReply(
      redis,
      redisKeys,
      { gatewayId: job.data.gatewayId, jobId: String(job.id) },
      message,
      { finished: ending && toFinishedRequest(job, ending, keepPayloads) },
    );

  /**
   * Ends the job; should it have become another worker's, disarms it. One whose
   * client got something stays visible for as long as its gateway wished, the others go.
   */
  async function finish(
    job: CompletionJob,
    ending?: Pick<Ending, "status" | "reason">,
  ): Promise<undefined> {
    release(String(job.id));
    if (!ending) job.opts.removeOnComplete = true;
    try {
      await (ending && ending.status >= 400
        ? job.moveToFailed(toFailure(ending), tokenOf(job))
        : job.moveToCompleted(undefined, tokenOf(job), false));
    } catch (error) {
      logger.warn(
        { ...describeJob(job), err: error },
        "A finished job was not ours any more",
      );
      await redis.set(
        redisKeys.cancelled(String(job.id)),
        "1",
        "PX",
        tombstoneMs,
      );
    }
  }

  /** Moves a job elsewhere on the queue; one that is not ours any more is left to its holder. */
  async function letGo(
    job: CompletionJob,
    move: () => Promise<unknown>,
  ): Promise<undefined> {
    release(String(job.id));
    try {
      await move();
    } catch (error) {
      logger.warn(
        { ...describeJob(job), err: error },
        "A job to put back was not ours any more",
      );
    }
  }

  const putBack = (job: CompletionJob) =>
    letGo(job, () => job.moveToWait(tokenOf(job)));

  async function defer(
    job: CompletionJob,
    delayMs: number,
  ): Promise<undefined> {
    return letGo(job, async () => {
      const priority = returningPriority(job.priority);
      if (job.priority !== priority) await job.changePriority({ priority });
      await job.moveToDelayed(Date.now() + delayMs, tokenOf(job));
    });
  }

  return {
    async answer(job, { status, headers, body }, upstreamMs) {
      const figures = { ...figuresOf(job), upstreamMs };
      const message = { kind: "answer", status, headers, body } as const;
      const notes = new AnswerNotes({ keepPayloads });
      notes.add(body);
      const { findings } = notes;
      const ending = { status, ...figures, ...findings };
      await reply(job, { ...message, ...figures }, ending);
      if (findings.tokens) {
        deps.metrics.countTokens(job.data.model, findings.tokens);
      }
      return finish(job, ending);
    },
    async fail(job, code, retryAfterMs) {
      const figures = figuresOf(job);
      const when = retryAfterMs === undefined ? {} : { retryAfterMs };
      const ending = { status: failureStatus[code], reason: code, ...figures };
      await reply(job, { kind: "failure", code, ...when, ...figures }, ending);
      return finish(job, ending);
    },
    endStream: (job) => finish(job, { status: 200 }),
    close: (job) =>
      finish(job, (job.data as unknown as FinishedRequest).ending),
    async breakStream(job, { status, message }) {
      const ending = { status, reason: message, ...figuresOf(job) };
      await reply(job, { kind: "stream-broken", status, message }, ending);
      return finish(job, ending);
    },
    putBack,
    deferForModel: (job, cooldownMs) =>
      defer(job, cooldownMs + spread.next(job.data.model, cooldownMs)),
    deferForGateway: defer,
    async retryLater(job, progress, statedMs) {
      await job.updateProgress(progress);
      return defer(job, backOff(progress.failures, statedMs));
    },
    drop: (job) => finish(job),
    async disown(job) {
      await reply(job, { kind: "orphaned" });
      return finish(job);
    },
    callOff: (job, signal) =>
      signal.reason === cancelledReason ? finish(job) : putBack(job),
  };
}

/** The status that gateways make of a failure. */
const failureStatus = {
  "waited-out": 504,
  "no-usable-key": 503,
  "worker-crashed": 502,
  "keys-rate-limited": 429,
  removed: 503,
} as const satisfies Record<FailureReply["code"], number>;

/** What the queue's page says about a request that failed; never a part of its contents. */
function toFailure({ status, reason }: Pick<Ending, "status" | "reason">) {
  const what = reason === undefined ? "from OpenRouter" : `(${reason})`;
  const failure = new Error(`${status} ${what}`);
  failure.stack = "";
  return failure;
}

function tokenOf(job: CompletionJob): string {
  return job.token ?? "";
}

/** How a request has fared until now, besides the time of the last call. */
export function figuresOf(job: CompletionJob) {
  const startedAt = job.processedOn ?? Date.now();
  return {
    queueMs: Math.max(0, startedAt - job.data.receivedAt),
    upstreamMs: 0,
    calls: readProgress(job).calls,
  };
}
