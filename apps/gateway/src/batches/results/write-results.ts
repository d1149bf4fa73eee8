import type { FileStore } from "../../files/file-store.ts";
import { isSuccess, type ResultKind } from "../../journals/journal-writer.ts";
import { readJournal } from "../../journals/read-journal.ts";
import type { Storage } from "../../storage/open-storage.ts";
import { PartWriter } from "../../storage/parts.ts";
import type { BatchChange, BatchRecord } from "../records/batch-record.ts";
import { resultFileId, resultFileRecord } from "../records/result-files.ts";

const lineBreak = Buffer.from("\n");

/**
 * Writes a batch's output and error file from its journal.
 *
 * @param writerId keeps the contents of this writer apart from those of others.
 * @returns the final counts, as a change to the batch; undefined when a line has no result.
 */
export async function writeResults(
  deps: { storage: Storage; files: FileStore },
  batch: BatchRecord,
  writerId: string,
): Promise<BatchChange | undefined> {
  const { storage, files } = deps;
  const writerOf = (of: ResultKind) => ({
    of,
    lines: 0,
    parts: new PartWriter(
      storage,
      `files/${resultFileId(batch.id, of)}/${writerId}`,
    ),
  });
  const [output, errors] = [writerOf("output"), writerOf("errors")];
  const failures: Record<string, number> = {};

  for await (const { code, text } of readJournal(storage, batch.id)) {
    const writer = isSuccess(code) ? output : errors;
    if (writer === errors) failures[code] = (failures[code] ?? 0) + 1;
    writer.lines += 1;
    // Copied: a slice would keep its whole chunk in memory.
    await writer.parts.write(Buffer.concat([text, lineBreak]));
  }
  if (output.lines + errors.lines !== batch.total) {
    await Promise.all([output.parts.abandon(), errors.parts.abandon()]);
    return undefined;
  }
  for (const { of, lines, parts } of [output, errors]) {
    const content = { kind: "parts", parts: await parts.finish() } as const;
    if (lines > 0) await files.save(resultFileRecord(batch, of, content));
  }
  return {
    completed: output.lines,
    failed: errors.lines,
    failures,
    ...(output.lines > 0
      ? { outputFileId: resultFileId(batch.id, "output") }
      : {}),
    ...(errors.lines > 0
      ? { errorFileId: resultFileId(batch.id, "errors") }
      : {}),
  };
}
