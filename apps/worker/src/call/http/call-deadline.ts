/**
 * Aborts a call at its timeout, or when it is called off. Time in which nobody reads the answer
 * does not count. Until the answer has content, the timeout is for the whole call: comments do not
 * prolong it. After that it restarts with each chunk.
 */
export class CallDeadline {
  readonly #timeoutMs: number;
  readonly #calledOff: AbortSignal;
  readonly #abort = new AbortController();
  readonly #onCalledOff = () => this.#abort.abort(this.#calledOff.reason);
  #timer: NodeJS.Timeout | undefined;
  #startedAt = 0;
  #leftMs: number;
  #isRenewed = false;
  #isOver = false;

  constructor(timeoutMs: number, calledOff: AbortSignal) {
    this.#timeoutMs = timeoutMs;
    this.#leftMs = timeoutMs;
    this.#calledOff = calledOff;
    // `AbortSignal.any` does the same at several times the cost.
    if (calledOff.aborted) this.#onCalledOff();
    else calledOff.addEventListener("abort", this.#onCalledOff, { once: true });
    this.resume();
  }

  /** Aborts when the time runs out or the call is called off. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Whether the time ran out. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** From now on the timeout restarts with each chunk. */
  renew(): void {
    this.#isRenewed = true;
  }

  /** Stops the clock until {@link CallDeadline.resume}. */
  pause(): void {
    clearTimeout(this.#timer);
    this.#leftMs -= performance.now() - this.#startedAt;
  }

  resume(): void {
    clearTimeout(this.#timer);
    if (this.#isRenewed) this.#leftMs = this.#timeoutMs;
    this.#startedAt = performance.now();
    this.#timer = setTimeout(() => this.#expire(), Math.max(0, this.#leftMs));
  }

  /** The call has ended. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#calledOff.removeEventListener("abort", this.#onCalledOff);
  }

  #expire(): void {
    this.#isOver = true;
    this.#abort.abort();
  }
}
