/** However far away a slot is, the limiter is asked again after this: keys may have been added. */
const longestPauseMs = 5_000;

/** When this worker may get its next slot, as the limiter said last. */
export class SlotForecast {
  /** How many more jobs could go out at this moment, as far as is known. */
  #free = 0;
  #dueAt = 0;

  /** Records a grant. `nextSlotMs`: when another slot is free, in ms from now; negative: unknown. */
  recordGrant(grant: {
    nextSlotMs: number;
    freeAccounts: number;
    waiting: number;
  }): void {
    this.#free = Math.min(grant.freeAccounts, grant.waiting);
    this.pauseFor(Math.max(0, grant.nextSlotMs));
  }

  /** Records that no slot is free for so long. */
  pauseFor(ms: number): void {
    if (ms > 0) this.#free = 0;
    this.#dueAt = performance.now() + Math.min(ms, longestPauseMs);
  }

  /** Slots may have become free. */
  reset(): void {
    this.#dueAt = 0;
  }

  /** Time until a slot is due, in whole ms; 0 when one may be free. */
  get pauseMs(): number {
    return Math.max(0, Math.ceil(this.#dueAt - performance.now()));
  }

  /** Takes what is known of free slots: it must be learned anew by using them. */
  takeFree(atMost: number): number {
    const count = Math.min(this.#free, atMost);
    if (count >= 2) this.#free = 0;
    return count;
  }
}
