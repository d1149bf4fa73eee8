import { hasEnded } from "@openrouter-free-pool/shared/api/batch-object";
import type { BatchRecord } from "../../batches/records/batch-record.ts";

/** Errors of lines that were closed without a call. */
const notCalledCodes = ["batch_cancelled", "batch_expired"] as const;

/** The lines of a batch by their result. */
export type LineCounts = {
  readonly total: number;
  readonly answered: number;
  /** Called, without a successful answer. */
  readonly failed: number;
  /** Closed without a call when the batch was cancelled or expired. */
  readonly notCalled: number;
};

/** Separates lines that failed from those that were closed without a call; the record counts both as failed. */
export function countLines(batch: BatchRecord): LineCounts {
  const closed = notCalledCodes.reduce(
    (sum, code) => sum + (batch.failures[code] ?? 0),
    0,
  );
  // Until it is validated, the count of its upload.
  const total = batch.total || batch.inputLines || 0;
  const answered = batch.completed;
  const failed = Math.max(0, batch.failed - closed);
  // A batch that ended before its first call has closed no line.
  const notCalled = hasEnded(batch) ? total - answered - failed : closed;
  return { total, answered, failed, notCalled: Math.max(0, notCalled) };
}

/** Why called lines failed, the most frequent reason first. */
export function listFailures({ failures }: BatchRecord): [string, number][] {
  const codes: readonly string[] = notCalledCodes;
  return Object.entries(failures)
    .filter(([code]) => !codes.includes(code))
    .sort(([, a], [, b]) => b - a);
}
