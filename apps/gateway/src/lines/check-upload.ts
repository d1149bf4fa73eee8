import {
  isBlank,
  LineSplitter,
  readLines,
} from "@openrouter-free-pool/shared/lines/line-splitter";
import { GatewayError } from "../errors/gateway-error.ts";
import { CustomIds } from "./custom-ids.ts";
import {
  duplicateProblem,
  isProblem,
  type LineProblem,
  parseInputLine,
} from "./input-line.ts";

/**
 * Checks the lines of a file while it is uploaded: they must be JSON with unique ids. The requests
 * themselves are checked when a batch names their endpoint.
 */
export class UploadCheck {
  readonly #limits: { readonly lineBytes: number; readonly lines: number };
  readonly #splitter: LineSplitter;
  readonly #customIds = new CustomIds();
  #lines = 0;

  constructor(limits: { lineBytes: number; lines: number }) {
    this.#limits = limits;
    this.#splitter = new LineSplitter(limits.lineBytes);
  }

  /** Requests so far. */
  get lines(): number {
    return this.#lines;
  }

  /** Memory that the check takes. */
  get heldBytes(): number {
    return this.#splitter.heldBytes + this.#customIds.heldBytes;
  }

  /** @throws {GatewayError} `invalid-request` that names the line. */
  push(chunk: Buffer): void {
    this.#check(this.#splitter.split(chunk));
  }

  /**
   * Ends the check.
   *
   * @param readAgain reads the stored content, in case an id may occur twice.
   * @throws {GatewayError} `invalid-request` that names the line.
   */
  async end(readAgain: () => AsyncIterable<Buffer>): Promise<void> {
    this.#check(this.#splitter.end());
    if (this.#lines === 0) {
      throw new GatewayError("invalid-request", "The file has no lines");
    }
    if (!this.#customIds.isSuspicious) return;
    const firstLineOf = this.#customIds.compare();
    for await (const line of readLines(readAgain(), this.#limits.lineBytes)) {
      if (isBlank(line)) continue;
      const parsed = parseInputLine(line);
      if (isProblem(parsed)) continue;
      const firstLine = firstLineOf(parsed.customId, line.number);
      if (firstLine !== undefined) refuse(duplicateProblem(parsed, firstLine));
    }
  }

  #check(lines: ReturnType<LineSplitter["split"]>): void {
    for (const line of lines) {
      if (isBlank(line)) continue;
      const parsed = parseInputLine(line);
      if (isProblem(parsed)) refuse(parsed);
      else this.#customIds.add(parsed.customId);
      this.#lines += 1;
      if (this.#lines > this.#limits.lines) {
        throw new GatewayError(
          "invalid-request",
          `Line ${line.number}: a file may have ${this.#limits.lines} requests at most`,
        );
      }
    }
  }
}

function refuse({ line, message }: LineProblem): never {
  throw new GatewayError("invalid-request", `Line ${line}: ${message}`);
}
