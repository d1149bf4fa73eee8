import type { Storage } from "../storage/open-storage.ts";

/** Small segments are merged when there are so many, */
const mergeCount = 32;
/** or when they have this size together. */
const mergeBytes = 1024 * 1024;

/** The result of one line. */
export type JournalEntry = {
  /** Number of the line in the input file. */
  readonly line: number;
  /** HTTP status of the answer, or the code of the error where there is none. */
  readonly code: string;
  /** The line of the output or error file, without line break. */
  readonly text: string;
};

/** The two result files of a batch: answers, and failed lines. */
export type ResultKind = "output" | "errors";

/** Folder of a batch's journal. */
export function journalFolder(batchId: string): string {
  return `journals/${batchId}`;
}

/** Whether a result belongs into the output file rather than the error file. */
export function isSuccess(code: string): boolean {
  return /^2\d\d$/.test(code);
}

/**
 * Writes results to storage in segments, one a flush. An entry is a line: number,
 * code and text, separated by blanks.
 *
 * Many small segments would be slow to read, so they are merged: first the merged one is written,
 * then the small ones are removed. A reader who sees both, or misses one, can cope: each entry has
 * the number of its line.
 */
export class JournalWriter {
  readonly #storage: Storage;
  readonly #prefix: string;
  #gathered: Buffer[] = [];
  #gatheredBytes = 0;
  #small: { readonly name: string; readonly bytes: Buffer }[] = [];
  #segments = 0;

  /** @param writerId keeps the segments of this writer apart from those of others. */
  constructor(storage: Storage, batchId: string, writerId: string) {
    this.#storage = storage;
    this.#prefix = `${journalFolder(batchId)}/${Date.now()}-${writerId}`;
  }

  /** Bytes that are not stored yet. */
  get pendingBytes(): number {
    return this.#gatheredBytes;
  }

  add({ line, code, text }: JournalEntry): void {
    const bytes = Buffer.from(`${line} ${code} ${text}\n`);
    this.#gathered.push(bytes);
    this.#gatheredBytes += bytes.length;
  }

  /** Stores what was added. On failure everything is kept for the next flush. */
  async flush(): Promise<void> {
    if (this.#gathered.length === 0) return;
    const entries = this.#gathered.length;
    const bytes = Buffer.concat(this.#gathered);
    const name = await this.#put(bytes);
    this.#gathered = this.#gathered.slice(entries);
    this.#gatheredBytes -= bytes.length;
    if (bytes.length >= mergeBytes) return;
    this.#small.push({ name, bytes });
    await this.#merge();
  }

  async #merge(): Promise<void> {
    const bytes = this.#small.reduce((sum, { bytes }) => sum + bytes.length, 0);
    if (this.#small.length < mergeCount && bytes < mergeBytes) return;
    await this.#put(Buffer.concat(this.#small.map(({ bytes }) => bytes)));
    const replaced = this.#small;
    this.#small = [];
    for (const { name } of replaced) await this.#storage.delete(name);
  }

  async #put(bytes: Buffer): Promise<string> {
    const name = `${this.#prefix}-${String(this.#segments).padStart(8, "0")}`;
    await this.#storage.put(name, bytes);
    this.#segments += 1;
    return name;
  }
}
