import type { QuotaMode } from "./settings.ts";

export type QuotaRules = {
  mode: QuotaMode;
  perMinute: number;
  windowMs: number;
  perDay: number;
  dayMs: number;
  /** Requests of today that this counter has not seen. */
  usedElsewhere: number;
};

/** `resetAt` is epoch milliseconds: the first moment at which a call would pass. */
export type QuotaVerdict =
  | { allowed: true }
  | {
      allowed: false;
      scope: "minute" | "day";
      limit: number;
      resetAt: number;
    };

const COMPACT_AFTER = 4_096;

/**
 * Counts the calls of one account (or model). A call at t fills windows up to, and not including, t + windowMs.
 * Pure but for its own counters: the caller passes the time.
 */
export class QuotaCounter {
  #arrivals: number[] = [];
  #head = 0;
  #clockIndex = -1;
  #clockCount = 0;
  #dayIndex = -1;
  #dayCount = 0;

  /** Counts a call that arrives at `now`, or refuses it and counts nothing. */
  take(now: number, rules: QuotaRules): QuotaVerdict {
    if (this.dayUsed(now, rules.dayMs) + rules.usedElsewhere >= rules.perDay) {
      const resetAt = dayResetAt(now, rules.dayMs);
      return { allowed: false, scope: "day", limit: rules.perDay, resetAt };
    }
    if (this.minuteUsed(now, rules) >= rules.perMinute) {
      const resetAt = this.minuteResetAt(now, rules);
      const limit = rules.perMinute;
      return { allowed: false, scope: "minute", limit, resetAt };
    }
    this.#count(now);
    return { allowed: true };
  }

  /** Calls counted in the window that ends at `now`. */
  minuteUsed(
    now: number,
    rules: Pick<QuotaRules, "mode" | "windowMs">,
  ): number {
    // Both counts are kept up to date, so that the mode may change at run time.
    this.#prune(now - rules.windowMs);
    const index = Math.floor(now / rules.windowMs);
    if (index !== this.#clockIndex) {
      this.#clockIndex = index;
      this.#clockCount = 0;
    }
    return rules.mode === "clock"
      ? this.#clockCount
      : this.#arrivals.length - this.#head;
  }

  /** When the oldest counted call leaves the window, or the clock window ends. */
  minuteResetAt(
    now: number,
    rules: Pick<QuotaRules, "mode" | "windowMs">,
  ): number {
    if (rules.mode === "clock") {
      return (Math.floor(now / rules.windowMs) + 1) * rules.windowMs;
    }
    this.#prune(now - rules.windowMs);
    return (this.#arrivals[this.#head] ?? now) + rules.windowMs;
  }

  /** Calls counted since the start of the day. */
  dayUsed(now: number, dayMs: number): number {
    const index = Math.floor(now / dayMs);
    if (index !== this.#dayIndex) {
      this.#dayIndex = index;
      this.#dayCount = 0;
    }
    return this.#dayCount;
  }

  #count(now: number): void {
    this.#arrivals.push(now);
    this.#clockCount += 1;
    this.#dayCount += 1;
  }

  #prune(until: number): void {
    while ((this.#arrivals[this.#head] ?? Number.POSITIVE_INFINITY) <= until) {
      this.#head += 1;
    }
    // Cutting off half at a time keeps the cost per call constant.
    if (this.#head > COMPACT_AFTER && this.#head * 2 > this.#arrivals.length) {
      this.#arrivals = this.#arrivals.slice(this.#head);
      this.#head = 0;
    }
  }
}

/** Epoch milliseconds of the next start of a day. */
export function dayResetAt(now: number, dayMs: number): number {
  return (Math.floor(now / dayMs) + 1) * dayMs;
}

/** The most calls that any window of `windowMs` holds; `times` ascending, epoch milliseconds. */
export function findWorstWindow(
  times: readonly number[],
  windowMs: number,
): number {
  let worst = 0;
  let first = 0;
  for (const [last, time] of times.entries()) {
    while ((times[first] ?? time) <= time - windowMs) first += 1;
    worst = Math.max(worst, last - first + 1);
  }
  return worst;
}
