import { hash } from "node:crypto";
import type { FileRecord } from "../../files/file-record.ts";
import type { ResultKind } from "../../journals/journal-writer.ts";
import type { BatchRecord } from "./batch-record.ts";

/** The id of a result file is derived from its batch: making it twice makes one file. */
export function resultFileId(batchId: string, of: ResultKind): string {
  return `file-${hash("sha256", `${batchId}:${of}`).slice(0, 32)}`;
}

/** The record of a result file, with its present content. */
export function resultFileRecord(
  batch: BatchRecord,
  of: ResultKind,
  content: FileRecord["content"],
): FileRecord {
  const createdAt = Date.now();
  return {
    id: resultFileId(batch.id, of),
    owner: batch.owner,
    filename: `${batch.id}_${of === "output" ? "output" : "error"}.jsonl`,
    purpose: "batch_output",
    results: { batchId: batch.id, of },
    createdAt,
    // The results of a batch that runs for weeks must not expire before it ends.
    expiresAt:
      content.kind === "journal"
        ? batch.expiresAt + batch.outputTtlMs
        : createdAt + batch.outputTtlMs,
    content,
  };
}
