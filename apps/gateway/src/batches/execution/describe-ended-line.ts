import { failureStatus } from "@openrouter-free-pool/shared/replies/failure-status";
import type {
  AnswerReply,
  FailureReply,
} from "@openrouter-free-pool/shared/replies/reply";
import type { RecordEnded } from "../../requests/ended/ended-log.ts";
import type { BatchRequest } from "../input/parse-request.ts";
import type { BatchRecord } from "../records/batch-record.ts";
import { lineRequestId } from "../results/output-line.ts";

/** The facts of a line for the list of ended requests. */
export function describeEndedLine(
  batch: BatchRecord,
  { line, models: { model } }: BatchRequest,
  reply: AnswerReply | FailureReply,
): Parameters<RecordEnded>[0] {
  const answer = reply.kind === "answer" ? reply : undefined;
  const failure = reply.kind === "failure" ? reply.code : undefined;
  const { calledModel } = reply;
  return {
    kind: "line",
    of: batch.id,
    requestId: lineRequestId(batch.id, line),
    jobId: undefined,
    client: batch.owner,
    model,
    calledModel: calledModel === model ? undefined : calledModel,
    key: reply.key,
    status: answer?.status ?? (failure ? failureStatus[failure] : 500),
    code: failure,
    error: answer?.errorText,
    waitedMs: reply.queueMs,
    callMs: reply.upstreamMs,
    totalMs: undefined,
    calls: reply.calls,
    promptTokens: answer?.tokens?.prompt,
    completionTokens: answer?.tokens?.completion,
  };
}
