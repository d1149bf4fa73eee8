import type { ApiKey } from "@openrouter-free-pool/shared/key-pool/api-key";
import type { KeyPool } from "@openrouter-free-pool/shared/key-pool/key-pool";
import {
  type CompletionJob,
  type CompletionProgress,
  readProgress,
} from "@openrouter-free-pool/shared/queue/completion-job";
import type { Logger } from "pino";
import type { Admit } from "./admit.ts";
import type { JobOutcomes } from "./job-outcomes.ts";
import { classify } from "./openrouter/classify.ts";
import type { CallOutcome, OpenRouterClient } from "./openrouter/client.ts";
import { toClientAnswer, toFailureAnswer } from "./openrouter/client-answer.ts";
import { isFreeModel } from "./openrouter/free-model.ts";
import type { Verdict } from "./openrouter/verdict.ts";
import type { RestKeys } from "./rest-keys.ts";

/** Carries one admitted job to its end, or back to the queue. */
export type ProcessCompletion = (
  job: CompletionJob,
  key: ApiKey,
  signal: AbortSignal,
) => Promise<void>;

/** Builds {@link ProcessCompletion}: call → classify → answer or dispatch again. */
export function createProcessCompletion(deps: {
  client: OpenRouterClient;
  keyPool: KeyPool;
  restKeys: RestKeys;
  admit: Admit;
  outcomes: JobOutcomes;
  maxAttempts: number;
  attribution: Readonly<Record<string, string>>;
  logger: Logger;
}): ProcessCompletion {
  const { client, keyPool, restKeys, admit, outcomes, logger } = deps;

  async function process(
    job: CompletionJob,
    firstKey: ApiKey,
    signal: AbortSignal,
  ): Promise<void> {
    // A refused key costs no attempt: the job in hand goes out again on another one.
    for (
      let key: ApiKey | undefined = firstKey;
      key;
      key = await admit(job, signal)
    ) {
      const startedAt = performance.now();
      const outcome = await call(job, key, signal);
      const upstreamMs = Math.round(performance.now() - startedAt);
      const progress = countCall(job);
      const verdict = judge(job, outcome);
      logCall(job, key, outcome, verdict, upstreamMs);

      switch (verdict.kind) {
        case "aborted":
          return outcomes.callOff(job, signal);
        case "return":
          return outcomes.answer(job, clientAnswer(outcome), upstreamMs);
        case "transient": {
          const failures = progress.failures + 1;
          if (failures < deps.maxAttempts) {
            const next = { calls: progress.calls, failures };
            return outcomes.retryLater(job, next, verdict.retryAfterMs);
          }
          const answer = clientAnswer(outcome, verdict.status);
          return outcomes.answer(job, answer, upstreamMs);
        }
        case "model-limited": {
          const restMs = await keyPool.coolModel(
            job.data.model,
            verdict.restMs,
          );
          await job.updateProgress(progress);
          return outcomes.deferForModel(job, restMs);
        }
        case "account-limited":
        case "account-without-credit":
        case "key-refused":
          await restKeys.rest(key, verdict);
      }
    }
  }

  function call(job: CompletionJob, key: ApiKey, signal: AbortSignal) {
    const { path, body, headers } = job.data;
    return client.post({
      path,
      body,
      headers: { ...deps.attribution, ...headers },
      secret: key.secret,
      signal,
    });
  }

  function logCall(
    job: CompletionJob,
    key: ApiKey,
    outcome: CallOutcome,
    verdict: Verdict | { kind: "aborted" },
    upstreamMs: number,
  ): void {
    const status =
      outcome.kind === "answer"
        ? outcome.answer.status
        : outcome.failure.reason;
    logger.info(
      {
        requestId: job.data.requestId,
        jobId: job.id,
        key: key.mask,
        model: job.data.model,
        call: readProgress(job).calls,
        status,
        verdict: verdict.kind,
        upstreamMs,
      },
      "Called OpenRouter",
    );
  }

  return process;
}

/** Counts a call on the job in hand; it is stored only when the job leaves our hands. */
function countCall(job: CompletionJob): CompletionProgress {
  const { calls, failures } = readProgress(job);
  const progress = { calls: calls + 1, failures };
  job.progress = progress;
  return progress;
}

function judge(
  job: CompletionJob,
  outcome: CallOutcome,
): Verdict | { readonly kind: "aborted" } {
  if (outcome.kind === "answer") {
    return classify(outcome.answer, {
      now: Date.now(),
      isFreeModel: isFreeModel(job.data.model),
    });
  }
  if (outcome.failure.reason === "aborted") return { kind: "aborted" };
  const status = outcome.failure.reason === "timeout" ? 504 : 502;
  return { kind: "transient", status, retryAfterMs: undefined };
}

function clientAnswer(outcome: CallOutcome, status?: number) {
  return outcome.kind === "answer"
    ? toClientAnswer(outcome.answer, status)
    : toFailureAnswer(outcome.failure);
}
