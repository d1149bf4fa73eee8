import type {
  CompletionJob,
  CompletionProgress,
} from "@openrouter-free-pool/shared/queue/completion-job";
import { toFinishedRequest } from "@openrouter-free-pool/shared/queue/finished-request";
import type { JobUpdate } from "@openrouter-free-pool/shared/replies/send-reply";
import type { StreamFigures } from "../../answer/call-result.ts";
import { figuresOf } from "../../job/figures.ts";
import type { CallMetrics } from "../../metrics/call-metrics.ts";
import { AnswerRecord } from "./answer-record.ts";
import type { SendChunk } from "./reply-stream.ts";

/** Returns what is stored on the job together with one chunk of its stream. */
type RecordStream = (chunk: Parameters<SendChunk>[0]) => JobUpdate;

/**
 * Builds {@link RecordStream} for one call.
 *
 * @param call `begun`: the job's progress once the client has the first event;
 * `figures`: receives what is measured.
 */
export function createRecordStream(
  job: CompletionJob,
  call: {
    /** The model that is called. */
    model: string;
    startedAt: number;
    begun: CompletionProgress;
    keepPayloads: boolean;
    metrics: CallMetrics;
    figures: StreamFigures;
  },
): RecordStream {
  const { startedAt, begun, keepPayloads, metrics, figures: shown } = call;
  const record = new AnswerRecord({ keepPayloads });

  return function recordStream(chunk) {
    switch (chunk.kind) {
      case "stream-start":
        return {};
      case "stream-data":
        record.add(chunk.body);
        if (!chunk.isBeginning) return {};
        shown.firstTokenMs = performance.now() - startedAt;
        metrics.measureFirstToken(shown.firstTokenMs);
        return { progress: begun };
      case "stream-end": {
        const upstreamMs = Math.round(performance.now() - startedAt);
        const figures = { ...figuresOf(job, upstreamMs), calls: begun.calls };
        const { findings } = record;
        shown.ending = record.ending;
        if (findings.tokens) {
          shown.tokens = findings.tokens;
          metrics.countTokens(call.model, findings.tokens);
        }
        const ending = { status: 200, ...figures, ...findings };
        return { finished: toFinishedRequest(job, ending, keepPayloads) };
      }
    }
  };
}
