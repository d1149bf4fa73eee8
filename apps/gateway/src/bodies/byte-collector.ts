/** Bodies up to this size, in bytes, are joined at their end. */
const smallBytes = 64 * 1024;

/** Joins chunks. Where the size is known, a large body is never in memory twice. */
export class ByteCollector {
  #chunks: Buffer[] = [];
  #whole: Buffer | undefined;
  #at = 0;

  /** @param expectedBytes the size, if it is known; 0 if not. */
  constructor(expectedBytes: number) {
    // Memory that is allocated but not written to is not resident: an announced size costs nothing.
    if (expectedBytes > smallBytes) {
      this.#whole = Buffer.allocUnsafeSlow(expectedBytes);
    }
  }

  add(chunk: Buffer): void {
    if (this.#whole) this.#at += chunk.copy(this.#whole, this.#at);
    else this.#chunks.push(chunk);
  }

  /** @returns all bytes. */
  take(): Buffer {
    const taken = this.#whole
      ? this.#whole.subarray(0, this.#at)
      : join(this.#chunks);
    this.clear();
    return taken;
  }

  clear(): void {
    this.#whole = undefined;
    this.#chunks = [];
  }
}

/** Most bodies are one chunk. */
function join(chunks: readonly Buffer[]): Buffer {
  const [first] = chunks;
  return first && chunks.length === 1 ? first : Buffer.concat(chunks);
}
