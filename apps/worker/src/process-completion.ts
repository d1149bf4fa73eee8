import type { Grant } from "@openrouter-free-pool/shared/key-pool/acquisition";
import type { ApiKey } from "@openrouter-free-pool/shared/key-pool/api-key";
import type { KeyPool } from "@openrouter-free-pool/shared/key-pool/key-pool";
import {
  type CompletionJob,
  type CompletionProgress,
  readProgress,
} from "@openrouter-free-pool/shared/queue/completion-job";
import type { Logger } from "pino";
import type { Admit } from "./admit.ts";
import type { CallOpenRouter } from "./call-openrouter.ts";
import { describeJob } from "./describe-job.ts";
import { cancelledReason, type JobOutcomes } from "./job-outcomes.ts";
import { type Judgement, judge } from "./judge.ts";
import { toClientAnswer, toFailureAnswer } from "./openrouter/client-answer.ts";
import type { RecordCall } from "./record-call.ts";
import type { RestKeys } from "./rest-keys.ts";
import type { Relayed } from "./streaming/relay-stream.ts";

/** When the client of a request whose body was lost may send it again, in ms. */
const retryLostMs = 1_000;

/** Carries one admitted job to its end, or back to the queue. */
export type ProcessCompletion = (
  job: CompletionJob,
  grant: Grant,
  signal: AbortSignal,
) => Promise<void>;

/** Builds {@link ProcessCompletion}: call → judge → answer or dispatch again. */
export function createProcessCompletion(deps: {
  callOpenRouter: CallOpenRouter;
  keyPool: KeyPool;
  restKeys: RestKeys;
  admit: Admit;
  outcomes: JobOutcomes;
  maxAttempts: number;
  recordCall: RecordCall;
  logger: Logger;
}): ProcessCompletion {
  const { callOpenRouter, keyPool, restKeys, admit, outcomes, logger } = deps;

  return async function processCompletion(job, firstGrant, signal) {
    // A refused key costs no attempt: the job in hand goes out again on another one.
    for (
      let grant: Grant | undefined = firstGrant;
      grant;
      grant = await admit(job, signal)
    ) {
      if (await keyPool.releaseIfLate(grant)) continue;
      const { key } = grant;
      const startedAt = performance.now();
      const called = await callOpenRouter(job, key, signal);
      if (called.kind === "body-lost") {
        return outcomes.fail(job, "body-lost", retryLostMs);
      }
      try {
        const upstreamMs = Math.round(performance.now() - startedAt);
        const progress = countCall(job);
        const judgement = judge(job, called);
        logCall(job, { key, called, judgement, upstreamMs });
        deps.recordCall(job, judgement, upstreamMs);

        switch (judgement.kind) {
          case "aborted":
            return outcomes.callOff(job, signal);
          case "relayed":
            return outcomes.endStream(job);
          case "broken":
            return signal.reason === cancelledReason
              ? outcomes.drop(job)
              : outcomes.breakStream(job, judgement);
          case "return":
            return await outcomes.answer(
              job,
              clientAnswer(job, called, judgement.status),
              upstreamMs,
            );
          case "transient": {
            const failures = progress.failures + 1;
            if (failures < deps.maxAttempts) {
              const next = { ...progress, failures };
              return outcomes.retryLater(job, next, judgement.retryAfterMs);
            }
            const answer = clientAnswer(job, called, judgement.status);
            return await outcomes.answer(job, answer, upstreamMs);
          }
          case "model-limited": {
            const { model } = job.data;
            const restMs = await keyPool.coolModel(model, judgement.restMs);
            await job.updateProgress(progress);
            return outcomes.deferForModel(job, restMs);
          }
          case "account-limited":
          case "account-without-credit":
          case "key-refused":
            await restKeys.rest(key, judgement);
            // Should no other key be free, the next worker that takes the job goes on counting.
            await job.updateProgress(progress);
        }
      } finally {
        if (called.kind === "answer") called.release?.();
      }
    }
  };

  function logCall(
    job: CompletionJob,
    what: {
      key: ApiKey;
      called: Relayed;
      judgement: Judgement;
      upstreamMs: number;
    },
  ): void {
    logger.info(
      {
        ...describeJob(job),
        key: what.key.mask,
        status: statusOf(what.called),
        verdict: what.judgement.kind,
        upstreamMs: what.upstreamMs,
      },
      "Called OpenRouter",
    );
  }
}

/** Counts a call on the job in hand; it is stored only when the job leaves our hands. */
function countCall(job: CompletionJob): CompletionProgress {
  const { calls, failures } = readProgress(job);
  const progress = { calls: calls + 1, failures };
  job.progress = progress;
  return progress;
}

function statusOf(called: Relayed): number | string {
  switch (called.kind) {
    case "relayed":
      return 200;
    case "answer":
      return called.answer.status;
    default:
      return called.failure.reason;
  }
}

function clientAnswer(job: CompletionJob, called: Relayed, status?: number) {
  switch (called.kind) {
    case "answer":
      return toClientAnswer(called.answer, status, job.data.path);
    case "no-answer":
      return toFailureAnswer(called.failure);
    default:
      throw new Error(`A stream that was ${called.kind} is no answer`);
  }
}
