/**
 * Aborts a call when it takes too long, or when whoever wants it calls it off.
 * Time in which nobody asks for more of the answer does not count.
 */
export class CallDeadline {
  readonly #timeoutMs: number;
  readonly #timeout = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  readonly signal: AbortSignal;

  constructor(timeoutMs: number, calledOff: AbortSignal) {
    this.#timeoutMs = timeoutMs;
    this.signal = AbortSignal.any([calledOff, this.#timeout.signal]);
    this.start();
  }

  /** Whether the time ran out. */
  get isOver(): boolean {
    return this.#timeout.signal.aborted;
  }

  /** Gives the full time from now on. */
  start(): void {
    this.stop();
    this.#timer = setTimeout(() => this.#timeout.abort(), this.#timeoutMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
