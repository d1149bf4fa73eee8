import type { RateLimits } from "../../config/rate-limits.ts";

/** A grant is usable for at least this long, or for this share of a short window. */
const leastMs = 500;
const leastShare = 1 / 20;
/** A Redis that answers more slowly than this cannot be used. */
const mostMs = 8_000;
/** The round trips that count: the latest ones, and none older than this. */
const keptSamples = 8;
const keptMs = 30_000;

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
 * Chooses how long a grant may be used: twice the slowest of the latest round trips. A longer time
 * makes slots come back later, a shorter one makes more grants late.
 */
export class UsableTime {
  readonly #leastMs: number;
  #samples: { ms: number; at: number }[] = [];

  constructor(limits: Pick<RateLimits, "windowMs">) {
    this.#leastMs = leastUsableMs(limits);
  }

  /** Adds a round trip of `ms` that ended at `now` (of a monotonic clock, ms). */
  observe(ms: number, now: number): void {
    this.#samples.push({ ms, at: now });
    this.#samples = this.#samples.slice(-keptSamples);
  }

  /**
   * Returns whole ms for a grant that is asked for at `now`.
   *
   * @param lastMs the round trip that was just too slow for this request.
   */
  choose(now: number, lastMs = 0): number {
    const recent = this.#samples.filter(({ at }) => now - at <= keptMs);
    const slowestMs = Math.max(lastMs, ...recent.map(({ ms }) => ms));
    return Math.min(Math.max(Math.ceil(2 * slowestMs), this.#leastMs), mostMs);
  }
}
