import type { RateLimits } from "@openrouter-free-pool/shared/config/rate-limits";
import {
  countSlotsWithin,
  forecastSlot,
  usableAccounts,
} from "@openrouter-free-pool/shared/key-pool/pool/capacity";
import { countLeftToday } from "@openrouter-free-pool/shared/key-pool/pool/left-today";
import {
  type PriorityName,
  priorityName,
  priorityNames,
} from "@openrouter-free-pool/shared/queue/priorities";
import type { GatewayError } from "../errors/gateway-error.ts";
import { keysRateLimited, noUsableKey, queueFull } from "../errors/refusals.ts";
import type { PoolView, PoolWatch } from "../pool/pool-watch.ts";

/** Horizons are rounded up to this, so that few distinct ones are computed. */
const horizonStepMs = 250;
/** The furthest time at which a refused client is told to retry. */
export const longestForecastDays = 3;

/**
 * Refuses requests that could not be served in time; all others may wait. What is unknown (no
 * worker has registered its keys) is no reason to refuse.
 */
export class Forecast {
  readonly #poolWatch: PoolWatch;
  readonly #limits: RateLimits;
  readonly #maxQueueSize: number;
  #view: PoolView | undefined;
  /** Requests that this gateway admitted and that the view may not include yet, oldest first. */
  #admissions: { readonly at: number; readonly name: PriorityName }[] = [];
  #admitted = noneAdmitted();
  #slotsByHorizon = new Map<number, number>();
  #servedByPlace = new Map<number, number>();

  constructor(deps: {
    poolWatch: PoolWatch;
    limits: RateLimits;
    maxQueueSize: number;
  }) {
    this.#poolWatch = deps.poolWatch;
    this.#limits = deps.limits;
    this.#maxQueueSize = deps.maxQueueSize;
  }

  /**
   * Admits one more request.
   *
   * @param maxWaitMs how long it can wait.
   * @param priority its BullMQ priority: a lower number goes first.
   * @param own its client's own budget: whether it has one, and the refusal to throw if that has no
   * room although the pool has.
   * @throws {GatewayError} `keys-rate-limited`, `queue-full`, `no-usable-key` or `own.refusal`.
   */
  async checkCapacity(
    maxWaitMs: number,
    priority: number,
    own: { isBudgeted: boolean; refusal?: GatewayError | undefined },
  ): Promise<void> {
    const name = priorityName(priority);
    const known = await this.#poolWatch.readRecent();
    const find = (view: PoolView | undefined) =>
      this.#check(view, maxWaitMs, name) ??
      (own.isBudgeted ? this.#checkHeld(view) : undefined);
    if (find(known)) {
      // Nobody is refused because of outdated figures.
      const refusal = find(await this.#poolWatch.readNow());
      if (refusal) throw refusal;
    }
    if (own.refusal) throw own.refusal;
    this.#admissions.push({ at: performance.now(), name });
    this.#admitted[name] += 1;
  }

  /** When the request at a place in line will be called, in ms from now, as far as is known. */
  async whenServed(place: number): Promise<number | undefined> {
    const view = await this.#poolWatch.readRecent();
    if (!view) return undefined;
    this.#adopt(view);
    return this.#whenServed(view, place);
  }

  #check(
    view: PoolView | undefined,
    maxWaitMs: number,
    name: PriorityName,
  ): GatewayError | undefined {
    if (!view) return undefined;
    this.#adopt(view);
    const { pool } = view;
    if (pool.keys.length > 0 && pool.keys.every((key) => key.retired)) {
      return noUsableKey();
    }
    const { high, normal, low } = this.#admitted;
    // Requests that wait for a budget of their own have a bound of their own: nobody is refused
    // because of them.
    const queued = view.waiting - view.held + high + normal + low;
    if (queued >= this.#maxQueueSize) {
      return queueFull(this.#whenServed(view, queued + 1 - this.#maxQueueSize));
    }
    const place = this.#placeOf(view, name);
    if (pool.keys.length > 0 && this.#slotsWithin(view, maxWaitMs) < place) {
      const retryAfterMs = this.#whenServed(view, place);
      const { dayEndsAt } = pool;
      return isDayUsedUp(view, place)
        ? keysRateLimited({ maxWaitMs, retryAfterMs, dayEndsAt })
        : keysRateLimited({ maxWaitMs, retryAfterMs });
    }
    return undefined;
  }

  /** Refuses one more request that would wait for its client's own budget. */
  #checkHeld(view: PoolView | undefined): GatewayError | undefined {
    if (!view || view.held < this.#maxQueueSize) return undefined;
    return queueFull(this.#limits.windowMs);
  }

  /**
   * Requests of the same or a higher priority go first, and so do delayed ones when their delay
   * ends; requests that wait for their own budget do not.
   */
  #placeOf(view: PoolView, name: PriorityName): number {
    const inLine = Object.values(view.inLine).reduce((sum, n) => sum + n, 0);
    return priorityNames
      .slice(0, priorityNames.indexOf(name) + 1)
      .reduce(
        (sum, ahead) => sum + view.inLine[ahead] + this.#admitted[ahead],
        view.waiting - view.held - inLine + 1,
      );
  }

  #adopt(view: PoolView): void {
    if (view === this.#view) return;
    this.#view = view;
    this.#admissions = this.#admissions.filter(({ at }) => at > view.startedAt);
    this.#admitted = noneAdmitted();
    for (const { name } of this.#admissions) this.#admitted[name] += 1;
    this.#slotsByHorizon = new Map();
    this.#servedByPlace = new Map();
  }

  #slotsWithin(view: PoolView, maxWaitMs: number): number {
    const ageMs = performance.now() - view.readAt;
    const horizonMs =
      Math.ceil((ageMs + maxWaitMs) / horizonStepMs) * horizonStepMs;
    const known = this.#slotsByHorizon.get(horizonMs);
    if (known !== undefined) return known;
    const slots = countSlotsWithin(view.pool, this.#limits, horizonMs);
    this.#slotsByHorizon.set(horizonMs, slots);
    return slots;
  }

  /** When the request at a place in line would be called, in ms from now. */
  #whenServed(view: PoolView, place: number): number {
    const horizonMs = longestForecastDays * this.#limits.dayMs;
    const servedMs =
      this.#servedByPlace.get(place) ??
      forecastSlot(view.pool, this.#limits, place, horizonMs) ??
      horizonMs;
    this.#servedByPlace.set(place, servedMs);
    return Math.max(0, servedMs - (performance.now() - view.readAt));
  }
}

/** Whether the requests before this place use up what the accounts may still call today. */
function isDayUsedUp({ pool }: PoolView, place: number): boolean {
  const left = usableAccounts(pool).reduce(
    (sum, account) => sum + countLeftToday(account, pool),
    0,
  );
  return place > left;
}

function noneAdmitted(): Record<PriorityName, number> {
  return { high: 0, normal: 0, low: 0 };
}
