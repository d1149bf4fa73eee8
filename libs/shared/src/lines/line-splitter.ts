const newline = 0x0a;
/** Memory that a buffer takes in addition to its bytes: a client may send them one by one. */
export const bufferOverheadBytes = 256;

/** One line of a file. */
export type Line = {
  /** Counted from 1, blank lines included. */
  readonly number: number;
  /** Without the line break; undefined when it is longer than the limit. */
  readonly bytes: Buffer | undefined;
};

/** Cuts a stream of bytes into lines, holding at most one unfinished line of `maxBytes`. */
export class LineSplitter {
  readonly #maxBytes: number;
  #unfinished: Buffer[] = [];
  #unfinishedBytes = 0;
  #number = 1;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Memory that the unfinished line takes. */
  get heldBytes(): number {
    return this.#unfinished.length === 0
      ? 0
      : this.#unfinishedBytes + this.#unfinished.length * bufferOverheadBytes;
  }

  /** The lines that end in this chunk. */
  split(chunk: Buffer): Line[] {
    const lines: Line[] = [];
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(newline, start);
      if (end < 0) break;
      this.#gather(chunk.subarray(start, end));
      lines.push(this.#take());
      start = end + 1;
    }
    this.#gather(chunk.subarray(start));
    return lines;
  }

  /** The last line, if it has no line break. */
  end(): Line[] {
    return this.#unfinishedBytes > 0 ? [this.#take()] : [];
  }

  #gather(piece: Buffer): void {
    this.#unfinishedBytes += piece.length;
    if (this.#unfinishedBytes > this.#maxBytes) this.#unfinished = [];
    else if (piece.length > 0) this.#unfinished.push(piece);
  }

  #take(): Line {
    const [first] = this.#unfinished;
    const whole =
      this.#unfinished.length === 1 && first
        ? first
        : Buffer.concat(this.#unfinished);
    const bytes = this.#unfinishedBytes > this.#maxBytes ? undefined : whole;
    this.#unfinished = [];
    this.#unfinishedBytes = 0;
    return { number: this.#number++, bytes };
  }
}

/** Reads the lines of a stream one by one. */
export async function* readLines(
  chunks: AsyncIterable<Buffer>,
  maxBytes: number,
): AsyncGenerator<Line, void> {
  const splitter = new LineSplitter(maxBytes);
  for await (const chunk of chunks) yield* splitter.split(chunk);
  yield* splitter.end();
}

/**
 * Reads the lines of a text one by one, without their line breaks. Only LF and CRLF end a line:
 * JSON and prompts may contain the other characters that Unicode counts as line breaks.
 *
 * @returns undefined for a line that is longer than `maxBytes`.
 */
export async function* readTextLines(
  chunks: AsyncIterable<string | Uint8Array>,
  maxBytes: number,
): AsyncGenerator<string | undefined, void> {
  async function* toBytes() {
    for await (const chunk of chunks) yield Buffer.from(chunk);
  }
  for await (const { bytes } of readLines(toBytes(), maxBytes)) {
    yield bytes?.toString().replace(/\r$/, "");
  }
}

/** Whether a line has only white space. */
export function isBlank({ bytes }: Line): boolean {
  return (
    bytes?.every((byte) => byte === 0x20 || (byte >= 9 && byte <= 13)) ?? false
  );
}
