/** However far away a slot is, the limiter is asked again after this: keys may have been added. */
const longestPauseMs = 5_000;

/** When this worker may get its next slot, as the limiter said last. */
export class SlotForecast {
  #dueAt = 0;
  #epoch = 0;

  /** Counts the resets. Read it before the limiter is asked. */
  get epoch(): number {
    return this.#epoch;
  }

  /**
   * Records that no slot is free for so long.
   *
   * @param askedIn the epoch in which the limiter was asked. What it said to a question before the last reset is out of
   *   date, and is ignored.
   */
  pauseFor(ms: number, askedIn: number): void {
    if (askedIn !== this.#epoch) return;
    this.#dueAt = performance.now() + Math.min(ms, longestPauseMs);
  }

  /** Slots may have become free. */
  reset(): void {
    this.#dueAt = 0;
    this.#epoch += 1;
  }

  /** Time until a slot is due, in whole ms; 0 when one may be free. */
  get pauseMs(): number {
    return Math.max(0, Math.ceil(this.#dueAt - performance.now()));
  }
}
