import type { CompletionJob } from "@openrouter-free-pool/shared/queue/completion-job";
import { priorityName } from "@openrouter-free-pool/shared/queue/priorities";
import type { Statistics } from "@openrouter-free-pool/shared/statistics/statistics-recorder";
import type { Judgement } from "../decide/decide.ts";
import type { CallMetrics, MeasuredCall } from "../metrics/call-metrics.ts";
import { figuresOf } from "../settle/settle.ts";

/** Counts a call of OpenRouter for those who look on. */
export type RecordCall = (
  job: CompletionJob,
  judgement: Judgement,
  upstreamMs: number,
) => void;

/** Builds {@link RecordCall}. */
export function createRecordCall(deps: {
  statistics: Statistics;
  metrics: CallMetrics;
}): RecordCall {
  const { statistics, metrics } = deps;
  return function recordCall(job, judgement, upstreamMs) {
    const verdict = nameOf(judgement);
    const outcome = outcomeOf(judgement);
    const { queueMs } = figuresOf(job);
    const { model, isStream } = job.data;
    const priority = priorityName(job.priority);
    metrics.measureCall({
      model,
      verdict,
      outcome,
      isStream,
      priority,
      upstreamMs,
      queueMs,
    });
    statistics.count(`verdict:${verdict}`);
    if (outcome !== "answered") return;
    statistics.observe("call", upstreamMs);
    statistics.observe("wait", queueMs);
  };
}

function outcomeOf({ kind }: Judgement): MeasuredCall["outcome"] {
  switch (kind) {
    case "return":
    case "relayed":
      return "answered";
    case "transient":
    case "broken":
    case "aborted":
      return "failed";
    default:
      return "refused";
  }
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
