/** The share of the pool's capacity at which lines are fed: less than all, so that no backlog builds up. */
const usedPart = 0.98;
/** Lines are put on the queue this far ahead of the workers. */
const aheadMs = 2_000;
const leastAhead = 8;
/** Unused pace lapses after this time: it must not cause a burst later. */
const memoryMs = 1_000;

/** What the pace depends on. */
export type PaceView = {
  /** Calls that the pool can start in one window from now. */
  readonly slotsPerWindow: number;
  /** Calls that it could start at this moment. */
  readonly slotsFree: number;
  readonly windowMs: number;
  /** Jobs in line of the batches of its client. */
  readonly waiting: number;
  /** The share of the capacity that the batch may use, 0 to 1. */
  readonly share: number;
  /** Lines of this batch that have not been fed. */
  readonly remaining: number;
};

/**
 * Computes how many lines of a batch may be fed, so that slots are used as evenly as they become
 * free and a waiting request is never far from the next one. Time in ms on a monotonic clock.
 */
export class Pace {
  #at: number;
  #saved = 0;

  constructor(now: number) {
    this.#at = now;
  }

  /** Lines that may be fed now; the caller reports with `spend` how many were. */
  allow(now: number, view: PaceView): number {
    const ratePerMs =
      (usedPart * view.share * view.slotsPerWindow) / view.windowMs;
    const elapsedMs = Math.max(0, now - this.#at);
    this.#at = now;
    this.#saved = Math.min(
      this.#saved + elapsedMs * ratePerMs,
      Math.max(1, memoryMs * ratePerMs),
    );
    // A small batch leaves half of the free slots to others.
    if (view.remaining <= view.slotsFree / 2) return view.remaining;
    const ahead = Math.max(leastAhead, Math.round(aheadMs * ratePerMs));
    const room = Math.max(0, ahead - view.waiting);
    // While no slot is in sight, a few lines wait for the first one.
    if (ratePerMs === 0) return room;
    return Math.min(Math.floor(this.#saved), room);
  }

  spend(lines: number): void {
    this.#saved = Math.max(0, this.#saved - lines);
  }
}
