import type { ClientSettings } from "@openrouter-free-pool/shared/api/client-object";
import type { BudgetUse } from "@openrouter-free-pool/shared/budgets/read-budgets";
import type { RateLimits } from "@openrouter-free-pool/shared/config/rate-limits";
import {
  priorityName,
  priorityNames,
} from "@openrouter-free-pool/shared/queue/priorities";
import { withFallback } from "@openrouter-free-pool/shared/timers/with-timeout";
import type { GatewayError } from "../errors/gateway-error.ts";
import { clientBudgetSpent } from "../errors/refusals.ts";
import { type Affordable, whenAffordable } from "./when-affordable.ts";

/** How long a reading of a client's use is valid; for a refusal, the shorter time. */
const freshMs = 1_000;
const recentMs = 200;
/** Redis may hang; a request must not wait for it. */
const patienceMs = 500;
/** Clients whose use is remembered. */
const mostRemembered = 1_000;

type Known = {
  readonly use: BudgetUse;
  /** On this process's monotonic clock, in ms. */
  readonly readAt: number;
  /** Requests that were admitted since. */
  admitted: number;
};

/** A request that is to be queued. */
type Asked = {
  /** Id of the client; undefined without client keys. */
  readonly client?: string | undefined;
  readonly maxWaitMs: number;
  readonly priority: number;
};

/**
 * Forecasts when requests of clients fit the clients' own budgets. It does not cover clients
 * without a budget, nor how long calls take: `maxInFlight` refuses nobody.
 */
export class ClientBudgets {
  readonly #settingsOf: (client: string) => ClientSettings | undefined;
  readonly #read: (client: string) => Promise<BudgetUse | undefined>;
  readonly #limits: RateLimits;
  readonly #known = new Map<string, Known>();
  readonly #readings = new Map<string, Promise<Known | undefined>>();

  constructor(deps: {
    settingsOf: (client: string) => ClientSettings | undefined;
    read: (client: string) => Promise<BudgetUse | undefined>;
    limits: RateLimits;
  }) {
    this.#settingsOf = deps.settingsOf;
    this.#read = deps.read;
    this.#limits = deps.limits;
  }

  /** Whether requests of a client may have to wait for its own budget. */
  holdsRequestsOf(client: string | undefined): boolean {
    if (client === undefined) return false;
    const settings = this.#settingsOf(client);
    return this.#hasBudget(client) || settings?.maxInFlight != null;
  }

  /** Why a request would wait in vain for its client's own budget; undefined when it would not. */
  async findRefusal(asked: Asked): Promise<GatewayError | undefined> {
    const { client, maxWaitMs } = asked;
    if (client === undefined || !this.#hasBudget(client)) return undefined;
    for (const mostAgeMs of [freshMs, recentMs]) {
      const known = await this.#find(client, mostAgeMs);
      const wait = known && this.#whenCalled(client, known, asked.priority);
      if (!wait) return undefined;
      if (wait.afterMs <= maxWaitMs) {
        known.admitted += 1;
        return undefined;
      }
      if (mostAgeMs === recentMs) {
        return clientBudgetSpent({
          maxWaitMs,
          retryAfterMs: wait.afterMs,
          dayEndsAt: wait.isDaySpent ? known.use.dayEndsAt : undefined,
        });
      }
    }
    return undefined;
  }

  /** When the request at a place among its client's waiting ones will be called, in ms from now. */
  async whenServed(client: string, place: number): Promise<number> {
    const settings = this.#settingsOf(client);
    if (!settings || !this.#hasBudget(client)) return 0;
    const known = await this.#find(client, freshMs);
    if (!known) return 0;
    const { use } = known;
    return whenAffordable(settings, use, this.#limits, place).afterMs;
  }

  /** How long the `place`-th call of a client waits for its budget, in ms, as far as is known at this moment. */
  peekWait(client: string, place: number): number {
    const settings = this.#settingsOf(client);
    if (!settings || !this.#hasBudget(client)) return 0;
    void this.#find(client, freshMs);
    const use = this.#known.get(client)?.use ?? unused(this.#limits);
    return whenAffordable(settings, use, this.#limits, place).afterMs;
  }

  /** How many requests of a client wait for its own budget; 0 when that is not known. */
  async countHeld(client: string): Promise<number> {
    if (!this.#hasBudget(client)) return 0;
    const known = await this.#find(client, freshMs);
    if (!known) return 0;
    const { high, normal, low } = known.use.waiting;
    return high + normal + low;
  }

  #hasBudget(client: string): boolean {
    const settings = this.#settingsOf(client);
    return settings?.perDay != null || settings?.perMinute != null;
  }

  #whenCalled(
    client: string,
    { use, admitted, readAt }: Known,
    priority: number,
  ): Affordable | undefined {
    const settings = this.#settingsOf(client);
    if (!settings) return undefined;
    const last = priorityNames.indexOf(priorityName(priority));
    const ahead = priorityNames
      .slice(0, last + 1)
      .reduce((sum, name) => sum + use.waiting[name] + use.inLine[name], 0);
    const place = ahead + admitted + 1;
    const wait = whenAffordable(settings, use, this.#limits, place);
    const ageMs = performance.now() - readAt;
    return { ...wait, afterMs: Math.max(0, wait.afterMs - ageMs) };
  }

  /** What is known of a client, at most this old; undefined when Redis does not answer. */
  async #find(client: string, mostAgeMs: number): Promise<Known | undefined> {
    const known = this.#known.get(client);
    if (known && performance.now() - known.readAt <= mostAgeMs) return known;
    // One reading at a time: requests that wait for it count as admitted from then on.
    let reading = this.#readings.get(client);
    if (!reading) {
      reading = this.#readAnew(client).finally(() =>
        this.#readings.delete(client),
      );
      this.#readings.set(client, reading);
    }
    return withFallback(reading, patienceMs, undefined);
  }

  async #readAnew(client: string): Promise<Known | undefined> {
    const use = await this.#read(client).catch(() => undefined);
    if (!use) return undefined;
    const read = { use, readAt: performance.now(), admitted: 0 };
    this.#known.delete(client);
    this.#known.set(client, read);
    const [oldest] = this.#known.keys();
    if (this.#known.size > mostRemembered && oldest !== undefined) {
      this.#known.delete(oldest);
    }
    return read;
  }
}

/** The use of a client that is not known yet. */
function unused({ dayMs }: RateLimits): BudgetUse {
  const now = Date.now();
  const none = { high: 0, normal: 0, low: 0 };
  return {
    now,
    dayEndsAt: (Math.floor(now / dayMs) + 1) * dayMs,
    callsToday: 0,
    callsInWindow: 0,
    callTimes: [],
    inFlight: 0,
    open: 0,
    waiting: none,
    inLine: none,
  };
}
