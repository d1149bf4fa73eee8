import type { StreamPosition } from "@openrouter-free-pool/shared/replies/reply";

/** What to do with one message of a stream. */
export type SequenceDecision = "next" | "seen" | "gap";

/** Keeps the messages of a stream in order: each once, none left out. */
export class StreamSequence {
  #call = 0;
  #next = 0;

  /** Number of the call whose messages count; a later call replaces an earlier one. */
  get call(): number {
    return this.#call;
  }

  /** Compares a message with what came before, and counts it when it is the next one. */
  accept({ call, sequence }: StreamPosition): SequenceDecision {
    if (call < this.#call || (call === this.#call && sequence < this.#next)) {
      return "seen";
    }
    // A later call starts at 0: nothing of the earlier one has counted.
    const expected = call === this.#call ? this.#next : 0;
    if (sequence !== expected) return "gap";
    this.#call = call;
    this.#next = sequence + 1;
    return "next";
  }
}

/**
 * Whether a chunk has anything but comments. Older workers send OpenRouter's comments
 * before they know whether the call counts.
 */
export function hasEvent(chunk: Buffer): boolean {
  return /^(?!:|\r?$)/m.test(chunk.toString("latin1"));
}
