import type {
  AnswerReply,
  FailureReply,
  OrphanedReply,
  Reply,
  UnknownReply,
} from "@openrouter-free-pool/shared/replies/reply";
import type { JournalEntry } from "../../journals/journal-writer.ts";
import type { BatchRequest } from "../input/parse-request.ts";
import { answeredEntry, failedEntry } from "../results/output-line.ts";

/** A worker has tried several times already; one more try when the problem may be over. */
const secondTryAfterMs = 30_000;
/** Keys may become usable again at any time. */
const withoutSlotAfterMs = 10_000;

/** What workers say about a plain request. */
type LineReply = AnswerReply | FailureReply | OrphanedReply;

/** Tells replies to plain requests from those to streams, which batches do not make. */
export function isLineReply(reply: Reply | UnknownReply): reply is LineReply {
  return ["answer", "failure", "orphaned"].includes(reply.kind);
}

/** What a reply means for its line. */
type ReplyClassification =
  | { readonly kind: "report"; readonly entry: JournalEntry }
  /** Put it on the queue again. */
  | {
      readonly kind: "again";
      readonly afterMs: number;
      /** Whether it counts as one of the line's tries. */
      readonly isTry: boolean;
    };

/**
 * Classifies a reply. A batch can wait: failures that may pass are tried again.
 *
 * @param tries how often the line has failed before.
 */
export function classifyReply(
  batchId: string,
  request: Pick<BatchRequest, "line" | "customId">,
  reply: LineReply,
  tries: number,
): ReplyClassification {
  if (reply.kind === "answer") {
    if (mayPass(reply.status) && tries === 0) {
      return { kind: "again", afterMs: secondTryAfterMs, isTry: true };
    }
    return { kind: "report", entry: answeredEntry(batchId, request, reply) };
  }
  if (reply.kind === "orphaned") {
    return { kind: "again", afterMs: 0, isTry: false };
  }
  switch (reply.code) {
    // Its batch ends before the next slot is due, as far as is known now.
    case "keys-rate-limited":
    case "no-usable-key":
    // The line's body is still in the file.
    case "body-lost":
      return { kind: "again", afterMs: withoutSlotAfterMs, isTry: false };
    // It has the deadline of its batch, which ends very soon if it has not ended yet.
    case "waited-out":
      return report(failedEntry(batchId, request, "batch_expired"));
    case "worker-crashed":
      return report(failedEntry(batchId, request, "worker_crashed"));
    case "removed":
      return report(failedEntry(batchId, request, "request_removed"));
    case "model-gone":
      return report(failedEntry(batchId, request, "model_not_found"));
  }
}

function report(entry: JournalEntry): ReplyClassification {
  return { kind: "report", entry };
}

function mayPass(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}
