import { isSuccess, type ResultKind } from "../journals/journal-writer.ts";
import { readJournal } from "../journals/read-journal.ts";
import type { Storage } from "../storage/open-storage.ts";
import { readParts } from "../storage/parts.ts";
import type { FileRecord } from "./file-record.ts";

const lineBreak = Buffer.from("\n");
/** Lines of a journal are sent in pieces of about this size. */
const pieceBytes = 64 * 1024;

/** Reads a file from its beginning; of a batch that runs, the results so far. */
export function readContent(
  storage: Storage,
  { content }: FileRecord,
): AsyncIterable<Buffer> {
  return content.kind === "parts"
    ? readParts(storage, content.parts)
    : readResults(storage, content.batchId, content.of);
}

async function* readResults(
  storage: Storage,
  batchId: string,
  of: ResultKind,
): AsyncGenerator<Buffer, void> {
  let piece: Buffer[] = [];
  let bytes = 0;
  for await (const { code, text } of readJournal(storage, batchId)) {
    if (isSuccess(code) !== (of === "output")) continue;
    piece.push(text, lineBreak);
    bytes += text.length + 1;
    if (bytes < pieceBytes) continue;
    yield Buffer.concat(piece);
    [piece, bytes] = [[], 0];
  }
  if (bytes > 0) yield Buffer.concat(piece);
}
