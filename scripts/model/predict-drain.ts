import type { RateLimits } from "@openrouter-free-pool/shared/config/rate-limits";
import { slotPeriodMs } from "@openrouter-free-pool/shared/key-pool/slots/usable-time";
import { type Costs, carryingRate } from "./carrying-rate.ts";

/** The requests to be drained, and the pool that drains them. */
export type DrainPlan = {
  readonly accounts: number;
  readonly requests: number;
  readonly workers: number;
  readonly gateways: number;
  /** Calls in flight per worker. */
  readonly concurrency: number;
  readonly costs: Costs;
  readonly limits: RateLimits;
  /** From the start to the end of the day; a whole day when absent. */
  readonly dayLeftMs?: number;
  /** Calls that each account has made today already; none when absent. */
  readonly dayUsed?: number;
  /** Mean duration of a call. */
  readonly latencyMs: number;
  /** Greatest deviation of a call's duration from the mean. */
  readonly jitterMs: number;
  /** Requests arrive evenly over this time; all at once when absent. */
  readonly overMs?: number;
  /** Whether the model has not been called within the last hour: then one call goes out before all others. */
  readonly isCold: boolean;
};

/** The result of a plan. Times in ms since the first request. */
export type DrainPrediction = {
  /** The last answer. */
  readonly drainMs: number;
  /** From a request to its call. */
  readonly waitP50Ms: number;
  readonly waitP95Ms: number;
  /** Answers a second, on average over the drain. */
  readonly perSecond: number;
};

/**
 * Time from the proving call's answer to the jobs that wait for it, and from a request to its call
 * when nothing delays it.
 */
const hopMs = 15;
/** Longest interval at which jobs that wait for the proof of a model check again; half of it on average. */
const proofPollMs = 100;

/**
 * Predicts how long a pool takes for requests of equal priority, by the rules of the limiter: a
 * slot is taken for the window, the guard and the validity of its grant; a day's budget ends with
 * the day; workers hold a bounded number of calls; and processes carry a bounded number of requests
 * a second. Exact by these rules: each call is simulated, one after the other.
 */
export function predictDrain(plan: DrainPlan): DrainPrediction {
  const { requests, limits, latencyMs, overMs = 0 } = plan;
  const periodMs = slotPeriodMs(limits);
  const callMs = latencyMs + hopMs;
  const gapMs = 1_000 / carryingRate(plan);
  const firstMs = plan.isCold ? latencyMs + hopMs + proofPollMs / 2 : 0;
  const slots = new Ring(Math.min(plan.accounts * limits.perMinute, requests));
  const flights = new Ring(Math.min(plan.workers * plan.concurrency, requests));
  const day = new Day(plan);

  const waits = new Float64Array(requests);
  let at = 0;
  for (let n = 0; n < requests; n += 1) {
    const arrival = (n / requests) * overMs;
    const afterProof = n === 0 ? 0 : firstMs;
    const afterLast = n === 0 ? 0 : at + gapMs;
    at = Math.max(
      arrival + hopMs,
      afterProof,
      afterLast,
      slots.oldest,
      flights.oldest,
    );
    at = day.take(at);
    slots.push(at + periodMs);
    flights.push(at + callMs);
    waits[n] = at - arrival;
  }
  waits.sort();
  const drainMs = at + callMs + plan.jitterMs;
  return {
    drainMs,
    waitP50Ms: rank(waits, 50),
    waitP95Ms: rank(waits, 95),
    perSecond: (requests / drainMs) * 1_000,
  };
}

/** The nearest rank of sorted values. */
function rank(sorted: Float64Array, percent: number): number {
  const index = Math.ceil((percent / 100) * sorted.length) - 1;
  return sorted[Math.max(0, index)] ?? 0;
}

/** The latest times, of which the oldest bounds the next one. */
class Ring {
  readonly #times: Float64Array;
  #next = 0;

  constructor(size: number) {
    this.#times = new Float64Array(Math.max(1, size));
  }

  get oldest(): number {
    return this.#times[this.#next] ?? 0;
  }

  push(time: number): void {
    this.#times[this.#next] = time;
    this.#next = (this.#next + 1) % this.#times.length;
  }
}

/**
 * The calls that all accounts together may still make today: the least recently used account goes
 * first, so they run out together.
 */
class Day {
  readonly #perDay: number;
  readonly #dayMs: number;
  #endsAt: number;
  #left: number;

  constructor({ accounts, limits, dayUsed = 0, dayLeftMs }: DrainPlan) {
    this.#perDay = accounts * limits.perDay;
    this.#dayMs = limits.dayMs;
    this.#endsAt = dayLeftMs ?? limits.dayMs;
    this.#left = Math.max(0, this.#perDay - accounts * dayUsed);
  }

  /** @returns when a call may go out that could go out at `at` otherwise. */
  take(at: number): number {
    let start = at;
    while (start >= this.#endsAt || this.#left === 0) {
      start = Math.max(start, this.#endsAt);
      this.#endsAt += this.#dayMs;
      this.#left = this.#perDay;
    }
    this.#left -= 1;
    return start;
  }
}
