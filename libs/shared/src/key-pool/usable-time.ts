import type { RateLimits } from "../config/rate-limits.ts";

/** A grant is usable for at least this long, or for this share of a short window. */
const leastMs = 500;
const leastShare = 1 / 20;
/** A Redis that answers later than this cannot be used. */
const mostMs = 8_000;
/** What was observed counts half after this time. */
const halfLifeMs = 10_000;

/** How long a grant is usable while Redis answers promptly, in ms. */
export function leastUsableMs({
  windowMs,
}: Pick<RateLimits, "windowMs">): number {
  return Math.ceil(Math.min(leastMs, windowMs * leastShare));
}

/** How long a slot is taken by a call while Redis answers promptly, in ms. */
export function slotPeriodMs(limits: RateLimits): number {
  return limits.windowMs + limits.guardMs + leastUsableMs(limits);
}

/**
 * Chooses how long a grant may be used: twice the slowest of the latest round trips.
 * More makes slots come back later, less makes grants come too late.
 */
export class UsableTime {
  readonly #leastMs: number;
  #slowestMs = 0;
  #observedAt = 0;

  constructor(limits: Pick<RateLimits, "windowMs">) {
    this.#leastMs = leastUsableMs(limits);
  }

  /** Adds a round trip of `ms` that ended at `now` (of a monotonic clock, ms). */
  observe(ms: number, now: number): void {
    this.#slowestMs = Math.max(ms, this.#slowestAt(now));
    this.#observedAt = now;
  }

  /** Whole ms for a grant that is asked for at `now`. */
  choose(now: number): number {
    const usableMs = Math.ceil(2 * this.#slowestAt(now));
    return Math.min(Math.max(usableMs, this.#leastMs), mostMs);
  }

  #slowestAt(now: number): number {
    return this.#slowestMs * 0.5 ** ((now - this.#observedAt) / halfLifeMs);
  }
}
