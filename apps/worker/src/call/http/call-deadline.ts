/**
 * Aborts a call at its timeout, or when it is called off. Time in which nobody reads the answer
 * does not count. Until the answer has content, the timeout is for the whole call: comments do not
 * prolong it. After that it restarts with each chunk.
 */
export class CallDeadline {
  readonly #timeoutMs: number;
  readonly #timeout = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #startedAt = 0;
  #leftMs: number;
  #isRenewed = false;
  readonly signal: AbortSignal;

  constructor(timeoutMs: number, calledOff: AbortSignal) {
    this.#timeoutMs = timeoutMs;
    this.#leftMs = timeoutMs;
    this.signal = AbortSignal.any([calledOff, this.#timeout.signal]);
    this.resume();
  }

  /** Whether the time ran out. */
  get isOver(): boolean {
    return this.#timeout.signal.aborted;
  }

  /** From now on the timeout restarts with each chunk. */
  renew(): void {
    this.#isRenewed = true;
  }

  /** Stops the clock until {@link CallDeadline.resume}. */
  pause(): void {
    this.stop();
    this.#leftMs -= performance.now() - this.#startedAt;
  }

  resume(): void {
    this.stop();
    if (this.#isRenewed) this.#leftMs = this.#timeoutMs;
    this.#startedAt = performance.now();
    this.#timer = setTimeout(
      () => this.#timeout.abort(),
      Math.max(0, this.#leftMs),
    );
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
