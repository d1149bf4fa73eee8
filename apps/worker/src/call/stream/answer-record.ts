import type { TokenUse } from "@openrouter-free-pool/shared/queue/finished-request";
import {
  readStreamEnding,
  type StreamEnding,
} from "../../answer/stream-ending.ts";
import { readTokenUse, tailBytes } from "../../answer/token-use.ts";

/** At most so much of an answer is kept. */
const mostKeptBytes = 256 * 1024;

/** What is kept of a plain answer. */
export function keptText(body: Buffer): string {
  return body.subarray(0, mostKeptBytes).toString();
}

/** Collects what is stored of an answer that goes to the client as it comes. */
export class AnswerRecord {
  readonly #keepsAnswer: boolean;
  #tail: Buffer = Buffer.alloc(0);
  #totalBytes = 0;
  #kept: Buffer[] = [];
  #keptBytes = 0;

  constructor(options: { keepPayloads: boolean }) {
    this.#keepsAnswer = options.keepPayloads;
  }

  /** Records the next bytes of the answer. */
  add(bytes: Buffer): void {
    this.#totalBytes += bytes.length;
    const newest = bytes.subarray(-tailBytes);
    const room = tailBytes - newest.length;
    const before = room > 0 ? this.#tail.subarray(-room) : Buffer.alloc(0);
    this.#tail = Buffer.concat([before, newest]);
    if (!this.#keepsAnswer || this.#keptBytes >= mostKeptBytes) return;
    const kept = bytes.subarray(0, mostKeptBytes - this.#keptBytes);
    this.#kept.push(kept);
    this.#keptBytes += kept.length;
  }

  /** How the stream ended, once all of it is here. */
  get ending(): StreamEnding {
    return readStreamEnding(this.#tail, this.#totalBytes <= tailBytes);
  }

  /** What was found, in the form in which it is stored on the job. */
  get findings(): { tokens?: TokenUse; answer?: string } {
    const tokens = readTokenUse(this.#tail);
    const answer = this.#keepsAnswer
      ? Buffer.concat(this.#kept).toString()
      : undefined;
    return {
      ...(tokens ? { tokens } : {}),
      ...(answer === undefined ? {} : { answer }),
    };
  }
}
