import type { CompletionJob } from "@openrouter-free-pool/shared/queue/completion-job";
import type { Statistics } from "@openrouter-free-pool/shared/statistics/statistics-recorder";
import { figuresOf } from "./job-outcomes.ts";
import type { Judgement } from "./judge.ts";

/** Counts a call of OpenRouter for those who look on. */
export type RecordCall = (
  job: CompletionJob,
  judgement: Judgement,
  upstreamMs: number,
) => void;

/** Builds {@link RecordCall}. */
export function createRecordCall(statistics: Statistics): RecordCall {
  return function recordCall(job, judgement, upstreamMs) {
    statistics.count(`verdict:${nameOf(judgement)}`);
    if (judgement.kind !== "return" && judgement.kind !== "relayed") return;
    statistics.observe("call", upstreamMs);
    statistics.observe("wait", figuresOf(job).queueMs);
  };
}

/** What is told apart: the limits of an account, the ways in which a key or a call fails. */
function nameOf(judgement: Judgement): string {
  switch (judgement.kind) {
    case "account-limited":
      return `${judgement.kind}:${judgement.limit}`;
    case "key-refused":
      return `${judgement.kind}:${judgement.reason}`;
    case "transient":
    case "broken":
      return `${judgement.kind}:${judgement.status}`;
    default:
      return judgement.kind;
  }
}
