import type { ApiKey } from "@openrouter-free-pool/shared/key-pool/api-key";
import type { KeyPool } from "@openrouter-free-pool/shared/key-pool/key-pool";
import {
  type CompletionJob,
  type CompletionProgress,
  readProgress,
} from "@openrouter-free-pool/shared/queue/completion-job";
import type { Logger } from "pino";
import type { CallOpenRouter } from "../call/call-openrouter.ts";
import {
  toClientAnswer,
  toFailureAnswer,
} from "../call/openrouter/client-answer.ts";
import type { RecordCall } from "../call/record-call.ts";
import type { Relayed } from "../call/stream/relay-stream.ts";
import { type Judgement, judge } from "../decide/decide.ts";
import { describeJob } from "../job/describe-job.ts";
import type { RestKeys } from "../settle/park-key.ts";
import { cancelledReason, type JobOutcomes } from "../settle/settle.ts";
import type { Admit } from "./acquire-slot.ts";

/** Carries one admitted job to its end, or back to the queue. */
export type ProcessCompletion = (
  job: CompletionJob,
  key: ApiKey,
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

  return async function processCompletion(job, firstKey, signal) {
    // A refused key costs no attempt: the job in hand goes out again on another one.
    for (
      let key: ApiKey | undefined = firstKey;
      key;
      key = (await admit(job, signal))?.key
    ) {
      const startedAt = performance.now();
      const called = await callOpenRouter(job, key, signal);
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
          return outcomes.answer(
            job,
            clientAnswer(called, judgement.status),
            upstreamMs,
          );
        case "transient": {
          const failures = progress.failures + 1;
          if (failures < deps.maxAttempts) {
            const next = { ...progress, failures };
            return outcomes.retryLater(job, next, judgement.retryAfterMs);
          }
          const answer = clientAnswer(called, judgement.status);
          return outcomes.answer(job, answer, upstreamMs);
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

function clientAnswer(called: Relayed, status?: number) {
  switch (called.kind) {
    case "answer":
      return toClientAnswer(called.answer, status);
    case "no-answer":
      return toFailureAnswer(called.failure);
    default:
      throw new Error(`A stream that was ${called.kind} is no answer`);
  }
}
