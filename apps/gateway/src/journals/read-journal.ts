import { LineSplitter } from "@openrouter-free-pool/shared/lines/line-splitter";
import { LineSet } from "../lines/line-set.ts";
import type { Storage } from "../storage/open-storage.ts";
import { journalFolder } from "./journal-writer.ts";

const blank = 0x20;

/** One result, with the text as the bytes of a line of the output or error file. */
type StoredEntry = {
  readonly line: number;
  readonly code: string;
  /** Without line break. */
  readonly text: Buffer;
};

/**
 * Reads the results in a batch's journal, one for each line: the first one found. The journal may
 * be written to meanwhile.
 */
export async function* readJournal(
  storage: Storage,
  batchId: string,
): AsyncGenerator<StoredEntry, void> {
  const seen = new LineSet();
  const done = new Set<string>();
  for (let isComplete = false; !isComplete; ) {
    isComplete = true;
    for (const segment of await listSegments(storage, batchId)) {
      if (done.has(segment)) continue;
      try {
        for await (const entry of readSegment(storage, segment)) {
          if (seen.add(entry.line)) yield entry;
        }
        done.add(segment);
      } catch (error) {
        if (await storage.exists(segment)) throw error;
        // The segment was merged into another one since it was listed.
        isComplete = false;
        break;
      }
    }
  }
}

async function listSegments(
  storage: Storage,
  batchId: string,
): Promise<string[]> {
  const names: string[] = [];
  let paginationToken: string | undefined;
  do {
    const page = await storage.listAll(
      journalFolder(batchId),
      paginationToken === undefined ? {} : { paginationToken },
    );
    for (const entry of page.objects) {
      if (entry.isFile) names.push(entry.key);
    }
    paginationToken = page.paginationToken;
  } while (paginationToken !== undefined);
  return names.sort();
}

/** A last line without line break was being written when its writer was killed: it is skipped. */
async function* readSegment(
  storage: Storage,
  segment: string,
): AsyncGenerator<StoredEntry, void> {
  const splitter = new LineSplitter(Number.POSITIVE_INFINITY);
  const stream: AsyncIterable<Buffer> = await storage.getStream(segment);
  for await (const chunk of stream) {
    for (const { bytes } of splitter.split(chunk)) {
      if (bytes) yield parseEntry(bytes);
    }
  }
}

function parseEntry(bytes: Buffer): StoredEntry {
  const first = bytes.indexOf(blank);
  const second = bytes.indexOf(blank, first + 1);
  return {
    line: Number(bytes.toString("latin1", 0, first)),
    code: bytes.toString("latin1", first + 1, second),
    text: bytes.subarray(second + 1),
  };
}
