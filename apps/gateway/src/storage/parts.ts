import { bufferOverheadBytes } from "@openrouter-free-pool/shared/lines/line-splitter";
import type { Storage } from "./open-storage.ts";

/** A part is collected in memory before it is written; this bounds the memory of an upload. */
const partBytes = 4 * 1024 * 1024;

/** A content that is stored as numbered parts in a folder. */
export type StoredParts = {
  readonly folder: string;
  readonly count: number;
  readonly bytes: number;
};

/**
 * Writes a stream of any length in parts: object stores need to know the length of an object in
 * advance, and cannot append.
 */
export class PartWriter {
  readonly #storage: Storage;
  readonly #folder: string;
  #gathered: Uint8Array[] = [];
  #gatheredBytes = 0;
  #count = 0;
  #bytes = 0;

  constructor(storage: Storage, folder: string) {
    this.#storage = storage;
    this.#folder = folder;
  }

  /** Resolves when there is room for more. The chunk must not be changed afterwards. */
  async write(chunk: Uint8Array): Promise<void> {
    this.#gathered.push(chunk);
    this.#gatheredBytes += chunk.length;
    this.#bytes += chunk.length;
    if (this.#gatheredBytes >= partBytes) await this.flush();
  }

  /** Writes the rest. */
  async finish(): Promise<StoredParts> {
    await this.flush();
    return { folder: this.#folder, count: this.#count, bytes: this.#bytes };
  }

  /** Removes what was written, including an incomplete part. */
  async abandon(): Promise<void> {
    this.#gathered = [];
    await this.#storage.deleteAll(this.#folder);
  }

  /** Memory that unwritten bytes take. */
  get heldBytes(): number {
    return this.#gatheredBytes + this.#gathered.length * bufferOverheadBytes;
  }

  /** Writes what was collected as a part, however small, to free its memory. */
  async flush(): Promise<void> {
    if (this.#gatheredBytes === 0) return;
    const part = Buffer.concat(this.#gathered);
    this.#gathered = [];
    this.#gatheredBytes = 0;
    await this.#storage.put(partKey(this.#folder, this.#count), part);
    this.#count += 1;
  }
}

/** Reads a content from its beginning to its end. */
export async function* readParts(
  storage: Storage,
  { folder, count }: Pick<StoredParts, "folder" | "count">,
): AsyncGenerator<Buffer, void> {
  for (let part = 0; part < count; part += 1) {
    yield* await storage.getStream(partKey(folder, part));
  }
}

/**
 * Reads a content from one byte to another, both inclusive. Parts outside of the range are not
 * read, only measured: their sizes differ.
 */
export async function* readPartsBetween(
  storage: Storage,
  { folder, count }: Pick<StoredParts, "folder" | "count">,
  { start, end }: { start: number; end: number },
): AsyncGenerator<Buffer, void> {
  let partStart = 0;
  for (let part = 0; part < count && partStart <= end; part += 1) {
    const key = partKey(folder, part);
    const { contentLength } = await storage.getMetaData(key);
    const partEnd = partStart + contentLength;
    if (partEnd > start) {
      let at = partStart;
      for await (const chunk of await storage.getStream(key)) {
        const bytes = chunk as Buffer;
        const from = Math.max(0, start - at);
        const to = Math.min(bytes.length, end + 1 - at);
        at += bytes.length;
        if (from < to) yield bytes.subarray(from, to);
        if (at > end) break;
      }
    }
    partStart = partEnd;
  }
}

/** Removes a content. */
export async function removeParts(
  storage: Storage,
  { folder, count }: Pick<StoredParts, "folder" | "count">,
): Promise<void> {
  for (let part = 0; part < count; part += 1) {
    await storage.delete(partKey(folder, part));
  }
}

function partKey(folder: string, part: number): string {
  return `${folder}/${String(part).padStart(6, "0")}`;
}
