import {
  isBlank,
  type Line,
  readLines,
} from "@openrouter-free-pool/shared/lines/line-splitter";
import type { Dialect } from "../../dialects/dialect.ts";
import type { ResolveModels } from "../../models/resolve/resolve-models.ts";
import {
  type BatchRequest,
  parseRequest,
  type RejectedLine,
} from "./parse-request.ts";

/** Reads the requests of a batch one by one, in order. */
export class InputReader {
  readonly #lines: AsyncGenerator<Line, void>;
  readonly #dialect: Dialect;
  readonly #resolveModels: ResolveModels;
  readonly #isReported: (line: number) => boolean;
  #lastRead = 0;
  #hasEnded = false;

  /** @param options.isReported lines to leave out. */
  constructor(options: {
    content: AsyncIterable<Buffer>;
    dialect: Dialect;
    resolveModels: ResolveModels;
    /** Length of the longest line. */
    lineBytes: number;
    isReported: (line: number) => boolean;
  }) {
    this.#lines = readLines(options.content, options.lineBytes);
    this.#dialect = options.dialect;
    this.#resolveModels = options.resolveModels;
    this.#isReported = options.isReported;
  }

  /** Number of the last line that was read. */
  get lastRead(): number {
    return this.#lastRead;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** The next request, or a line that is not one; undefined at the end. */
  async next(): Promise<BatchRequest | RejectedLine | undefined> {
    for (;;) {
      const { value: line, done } = await this.#lines.next();
      if (done) {
        this.#hasEnded = true;
        return undefined;
      }
      this.#lastRead = line.number;
      if (isBlank(line) || this.#isReported(line.number)) continue;
      return parseRequest(line, this.#dialect, this.#resolveModels);
    }
  }

  async close(): Promise<void> {
    await this.#lines.return();
  }
}
