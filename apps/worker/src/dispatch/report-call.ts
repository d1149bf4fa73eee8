import type { ApiKey } from "@openrouter-free-pool/shared/key-pool/keys/api-key";
import type { RecordCall } from "@openrouter-free-pool/shared/models/model-recorder";
import type { CompletionJob } from "@openrouter-free-pool/shared/queue/completion-job";
import { priorityName } from "@openrouter-free-pool/shared/queue/priorities";
import type { Statistics } from "@openrouter-free-pool/shared/statistics/statistics-recorder";
import type { RecordUsage } from "@openrouter-free-pool/shared/usage/usage-recorder";
import type { Logger } from "pino";
import type { CallResult } from "../answer/call-result.ts";
import { isFailure } from "../answer/stream-ending.ts";
import { type Classification, nameOf } from "../classify/classify-result.ts";
import type { ClassifiedCall } from "../decide/answer-with.ts";
import { describeJob } from "../job/describe-job.ts";
import { figuresOf } from "../job/figures.ts";
import type { CallMetrics, MeasuredCall } from "../metrics/call-metrics.ts";
import { recordModelCall } from "../models/record-model-call.ts";

/** Logs, measures and counts one call of OpenRouter. */
export type ReportCall = (
  job: CompletionJob,
  sent: { readonly key: ApiKey; readonly model: string },
  call: ClassifiedCall,
) => void;

/** Builds {@link ReportCall}. */
export function createReportCall(deps: {
  statistics: Statistics;
  recordCall: RecordCall;
  recordUsage: RecordUsage;
  metrics: CallMetrics;
  logger: Logger;
}): ReportCall {
  const { statistics, metrics, logger } = deps;

  const log: ReportCall = (job, { key, model }, call) => {
    const { result, classification, keyState } = call;
    logger.info(
      {
        ...describeJob(job),
        ...(model === job.data.model ? {} : { calledModel: model }),
        key: key.mask,
        status: statusOf(result),
        verdict: classification.kind,
        ...(classification.kind === "unfit"
          ? { failed: classification.failed }
          : {}),
        ...(keyState ? { keyState } : {}),
        upstreamMs: result.upstreamMs,
      },
      "Called OpenRouter",
    );
  };

  const count: ReportCall = (job, { model }, call) => {
    const { result, classification } = call;
    const { upstreamMs, tokens } = result;
    const verdict = nameOf(classification);
    const outcome = outcomeOf(call);
    const { queueMs } = figuresOf(job, upstreamMs);
    const { isStream } = job.data;
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
    recordModelCall(deps.recordCall, model, call);
    if (wasCalled(classification)) {
      deps.recordUsage(job.data.client, classification.model ?? model, {
        calls: 1,
        promptTokens: tokens?.prompt ?? 0,
        completionTokens: tokens?.completion ?? 0,
      });
    }
    statistics.count(`verdict:${verdict}`);
    if (outcome !== "answered") return;
    statistics.observe("call", upstreamMs);
    statistics.observe("wait", queueMs);
  };

  /** Nobody else catches what is thrown here: it would end the worker. */
  function reportSafely(...call: Parameters<ReportCall>): void {
    try {
      log(...call);
      count(...call);
    } catch (err) {
      logger.error({ err }, "Reporting a call failed");
    }
  }

  // After what the client waits for.
  return function reportCall(...call) {
    setImmediate(reportSafely, ...call);
  };
}

function wasCalled(classification: Classification): boolean {
  const { kind } = classification;
  if (kind === "aborted") return classification.wasSent;
  return kind !== "not-sent" && kind !== "too-late";
}

function outcomeOf({
  classification,
  result,
}: ClassifiedCall): MeasuredCall["outcome"] {
  switch (classification.kind) {
    case "return":
    case "unfit":
      return "answered";
    case "relayed":
      return isFailure(result.ending) ? "failed" : "answered";
    case "transient":
    case "broken":
    case "not-sent":
    case "too-late":
    case "aborted":
      return "failed";
    default:
      return "refused";
  }
}

function statusOf(result: CallResult): number | string {
  switch (result.kind) {
    case "relayed":
      return 200;
    case "answer":
      return result.answer.status;
    default:
      return result.failure.reason;
  }
}
