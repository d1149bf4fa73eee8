import {
  isBlank,
  readLines,
} from "@openrouter-free-pool/shared/lines/line-splitter";
import type { FileStore } from "../../files/file-store.ts";
import { isSuccess } from "../../journals/journal-writer.ts";
import { readJournal } from "../../journals/read-journal.ts";
import { LineSet } from "../../lines/line-set.ts";
import type { Storage } from "../../storage/open-storage.ts";
import { readParts } from "../../storage/parts.ts";
import { isMissing } from "../../storage/storage-error.ts";
import type { BatchRecord } from "../records/batch-record.ts";
import { resultFileId } from "../records/result-files.ts";
import { readLineNumber } from "../results/output-line.ts";

/**
 * The lines of an ended batch that have a successful answer, one bit each. Results contain the
 * number of their line, so that no `custom_id` has to be kept.
 *
 * @returns undefined when the results are not there any more: no answered line may be called again.
 */
export async function readAnsweredLines(
  ...what: Parameters<typeof readAll>
): ReturnType<typeof readAll> {
  try {
    return await readAll(...what);
  } catch (error) {
    // The results were removed while they were read.
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function readAll(
  deps: { storage: Storage; files: FileStore },
  batch: BatchRecord,
): Promise<LineSet | undefined> {
  const { storage, files } = deps;
  const answered = new LineSet(batch.lastLine);
  const output = await files.find(resultFileId(batch.id, "output"));
  if (!output || output.expiresAt <= Date.now()) {
    return batch.completed === 0 ? answered : undefined;
  }
  const { content } = output;
  if (content.kind === "journal") {
    for await (const { line, code } of readJournal(storage, batch.id)) {
      if (isSuccess(code)) answered.add(line);
    }
  } else {
    const chunks = readParts(storage, content.parts);
    for await (const line of readLines(chunks, Number.POSITIVE_INFINITY)) {
      if (!line.bytes || isBlank(line)) continue;
      const number = readLineNumber(batch.id, line.bytes);
      if (number === undefined) return undefined;
      answered.add(number);
    }
  }
  return answered.size < batch.completed ? undefined : answered;
}
