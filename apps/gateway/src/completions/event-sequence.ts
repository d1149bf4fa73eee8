import type { StreamPosition } from "@openrouter-free-pool/shared/replies/reply";

/** What to do with one part of a stream. */
export type SequenceVerdict = "next" | "seen" | "gap";

/** Keeps the parts of a stream in order: each once, none left out. */
export class EventSequence {
  #call = 0;
  #next = 0;

  /** Judges a part, and counts it when it is the next one. */
  judge({ call, sequence }: StreamPosition): SequenceVerdict {
    if (call < this.#call || (call === this.#call && sequence < this.#next)) {
      return "seen";
    }
    // A later call begins anew: nothing of the earlier one has counted.
    const expected = call === this.#call ? this.#next : 0;
    if (sequence !== expected) return "gap";
    this.#call = call;
    this.#next = sequence + 1;
    return "next";
  }
}
