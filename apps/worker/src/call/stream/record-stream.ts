import type {
  CompletionJob,
  CompletionProgress,
} from "@openrouter-free-pool/shared/queue/completion-job";
import { toFinishedRequest } from "@openrouter-free-pool/shared/queue/finished-request";
import type { JobNotes } from "@openrouter-free-pool/shared/replies/send-reply";
import type { CallMetrics } from "../../metrics/call-metrics.ts";
import { figuresOf } from "../../settle/settle.ts";
import { AnswerNotes } from "../answer-record.ts";
import type { SendPart } from "./reply-stream.ts";

/** Finds what the job must say from the moment when a part of its stream is out. */
export type NoteStream = (part: Parameters<SendPart>[0]) => JobNotes;

/**
 * Builds {@link NoteStream} for one call.
 *
 * @param call `begun`: what the job says once the client has the first event.
 */
export function createNoteStream(
  job: CompletionJob,
  call: {
    startedAt: number;
    begun: CompletionProgress;
    keepPayloads: boolean;
    metrics: CallMetrics;
  },
): NoteStream {
  const { startedAt, begun, keepPayloads, metrics } = call;
  const notes = new AnswerNotes({ keepPayloads });

  return function noteStream(part) {
    switch (part.kind) {
      case "stream-start":
        return {};
      case "stream-data":
        notes.add(part.body);
        if (!part.isBeginning) return {};
        metrics.measureFirstToken(performance.now() - startedAt);
        return { progress: begun };
      case "stream-end": {
        const upstreamMs = Math.round(performance.now() - startedAt);
        const figures = { ...figuresOf(job), calls: begun.calls, upstreamMs };
        const { findings } = notes;
        const ending = { status: 200, ...figures, ...findings };
        if (findings.tokens) {
          metrics.countTokens(job.data.model, findings.tokens);
        }
        return { finished: toFinishedRequest(job, ending, keepPayloads) };
      }
    }
  };
}
