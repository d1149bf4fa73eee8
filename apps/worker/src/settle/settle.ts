import type { CompletionJob } from "@openrouter-free-pool/shared/queue/completion-job";
import { toFinishedRequest } from "@openrouter-free-pool/shared/queue/finished-request";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import { createFinishJob } from "@openrouter-free-pool/shared/replies/finish-jobs";
import { trace } from "@opentelemetry/api";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import { describeJob } from "../job/describe-job.ts";
import type { CallMetrics } from "../metrics/call-metrics.ts";
import type { DispatchMetrics } from "../metrics/dispatch-metrics.ts";
import type { DeferralSpread } from "./deferral-spread.ts";
import type { Disposition } from "./disposition.ts";
import { createMoveJob } from "./move-job.ts";
import { planSettlement, type SettlementPlan } from "./plan-settlement.ts";
import { type Move, settlements } from "./settlements.ts";

/** Ends this worker's ownership of a job: replies, moves it, counts and logs. */
export type Settle = (
  job: CompletionJob,
  disposition: Disposition,
) => Promise<void>;

/** Builds {@link Settle}. */
export function createSettle(deps: {
  /** The connection on which replies go out. */
  replies: Redis;
  redisKeys: RedisKeys;
  spread: DeferralSpread;
  release: (job: CompletionJob) => void;
  /** Has a job that is delayed return as soon as a call has told of one of these models. */
  awaitModels: (waiting: {
    models: readonly string[];
    job: CompletionJob;
  }) => Promise<void>;
  keepPayloads: boolean;
  callMetrics: CallMetrics;
  metrics: DispatchMetrics;
  logger: Logger;
}): Settle {
  const { replies, redisKeys, release, keepPayloads, logger } = deps;
  const moveJob = createMoveJob(deps);
  const finishJob = createFinishJob(replies, redisKeys);

  async function finish(
    job: CompletionJob,
    move: "finish" | "remove",
    plan: SettlementPlan,
  ): Promise<void> {
    const { reply, recorded, ending = { status: 200 } } = plan;
    const finished = recorded && toFinishedRequest(job, recorded, keepPayloads);
    // Its lock is kept alive until then, however long Redis is away.
    const isOurs = await finishJob({
      job,
      reply,
      finished,
      ending,
      isRemoved: move === "remove",
    });
    release(job);
    if (!isOurs) {
      logger.warn(describeJob(job), "A finished job was not ours any more");
    }
    if (reply && recorded?.tokens) {
      const { model } = job.data;
      const called = "calledModel" in reply ? reply.calledModel : undefined;
      deps.callMetrics.countTokens(called ?? model, recorded.tokens);
    }
  }

  /** Without it the job returns after its delay. */
  async function awaitProof(
    job: CompletionJob,
    models: readonly string[],
  ): Promise<void> {
    try {
      await deps.awaitModels({ models, job });
    } catch (error) {
      logger.warn({ err: error }, "Waiting for a model failed");
    }
  }

  async function carryOut(
    job: CompletionJob,
    move: Move,
    plan: SettlementPlan,
  ): Promise<void> {
    if (plan.progress) await job.updateProgress(plan.progress);
    if (move === "finish" || move === "remove") return finish(job, move, plan);
    await moveJob(job, move, plan.delayMs);
    if (plan.awaitedModels) await awaitProof(job, plan.awaitedModels);
  }

  return async function settle(job, disposition) {
    const { level, message, metric, move } = settlements[disposition.kind];
    const plan = planSettlement(job, disposition, deps);
    const settling = carryOut(job, move, plan);
    try {
      // After what the client waits for.
      deps.metrics.countOutcome(metric);
      logger[level]({ ...describeJob(job), ...plan.details }, message);
      trace.getActiveSpan()?.setAttribute("orpool.outcome", metric);
    } finally {
      await settling;
    }
  };
}
