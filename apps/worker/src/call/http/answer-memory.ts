/** An answer up to this size is read without a reservation. */
export const smallAnswerBytes = 1024 * 1024;

/** Memory reserved for a large answer; release it when the answer is no longer held. */
export type Reservation = { release(): void };

type Waiting = { readonly bytes: number; readonly enter: () => void };

/**
 * Bounds the bytes of the large answers that a worker holds at a time. Each answer reserves all
 * that it may need at once, first come, first served, so that no two answers with half of what they
 * need can block each other.
 */
export class AnswerMemory {
  readonly #totalBytes: number;
  #freeBytes: number;
  #waiting: Waiting[] = [];

  constructor(totalBytes: number) {
    this.#totalBytes = totalBytes;
    this.#freeBytes = totalBytes;
  }

  /** Waits for memory; a reservation above the total takes the total. Rejects when the signal aborts. */
  async reserve(bytes: number, signal: AbortSignal): Promise<Reservation> {
    const wanted = Math.min(bytes, this.#totalBytes);
    await this.#enter(wanted, signal);
    let isHeld = true;
    return {
      release: () => {
        if (!isHeld) return;
        isHeld = false;
        this.#freeBytes += wanted;
        this.#grantWaiting();
      },
    };
  }

  #enter(bytes: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const leave = () => {
        this.#waiting = this.#waiting.filter((other) => other !== waiting);
        reject(signal.reason);
        this.#grantWaiting();
      };
      const waiting: Waiting = {
        bytes,
        enter: () => {
          signal.removeEventListener("abort", leave);
          resolve();
        },
      };
      signal.addEventListener("abort", leave, { once: true });
      this.#waiting.push(waiting);
      this.#grantWaiting();
    });
  }

  #grantWaiting(): void {
    for (;;) {
      const [first] = this.#waiting;
      if (!first || first.bytes > this.#freeBytes) return;
      this.#waiting.shift();
      this.#freeBytes -= first.bytes;
      first.enter();
    }
  }
}
