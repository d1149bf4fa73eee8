import type { FileRecord } from "../../files/file-record.ts";
import { type BatchRecord, newBatchId } from "./batch-record.ts";

/** What defines a batch. Times in ms. */
type BatchOrder = Pick<
  BatchRecord,
  "owner" | "endpoint" | "completionWindow" | "metadata" | "outputTtlMs"
> & {
  readonly input: FileRecord;
  readonly windowMs: number;
};

/** The record of a batch without a leader yet. */
export function newBatch(
  { input, windowMs, ...order }: BatchOrder,
  createdAt: number,
): BatchRecord {
  return {
    id: newBatchId(),
    ...order,
    inputFileId: input.id,
    inputName: input.filename,
    inputLines: input.lines,
    status: "validating",
    createdAt,
    expiresAt: createdAt + windowMs,
    total: 0,
    lastLine: 0,
    completed: 0,
    failed: 0,
    outputBytes: 0,
    errorBytes: 0,
    failures: {},
  };
}
