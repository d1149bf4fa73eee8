import type { RateLimits } from "@openrouter-free-pool/shared/config/rate-limits";
import { usableAccounts } from "@openrouter-free-pool/shared/key-pool/pool/capacity";
import type {
  AccountState,
  PoolSnapshot,
} from "@openrouter-free-pool/shared/key-pool/pool/read-pool";
import { slotPeriodMs } from "@openrouter-free-pool/shared/key-pool/slots/usable-time";

/**
 * When the `place`-th call from now is made (1 is the next one), in ms since the epoch;
 * undefined when the pool makes no calls at all.
 */
export type WhenCalled = (place: number) => number | undefined;

/**
 * Plans the pool's calls over any number of days: each account calls evenly at its minute's pace
 * until its budget of the day is spent. The queue's forecast counts single slots over a few days;
 * this one costs O(n log n) once a snapshot, and O(log n) a query.
 */
export function planDays(pool: PoolSnapshot, limits: RateLimits): WhenCalled {
  const { now, dayEndsAt } = pool;
  const { dayMs } = limits;
  const accounts = usableAccounts(pool);
  const planOf = (
    from: number,
    budgetOf: (account: AccountState) => number,
    startOf = (_account: AccountState) => from,
  ) => {
    const endsAt = from === now ? dayEndsAt : from + dayMs;
    return planDay(
      accounts.map((account) => ({
        startsAt: Math.max(from, startOf(account)),
        endsAt,
        perMs: account.perMinute / slotPeriodMs(limits),
        budget: budgetOf(account),
      })),
    );
  };
  const parkedUntil = ({ parked }: AccountState) => parked?.until ?? 0;
  const today = planOf(
    now,
    ({ perDay, dayUsed }) => perDay - dayUsed,
    parkedUntil,
  );
  const tomorrow = planOf(dayEndsAt, ({ perDay }) => perDay, parkedUntil);
  const usualDay = planOf(dayEndsAt + dayMs, ({ perDay }) => perDay);

  return (place) => {
    if (place <= today.calls) return today.whenCalled(place);
    const afterToday = place - today.calls;
    if (afterToday <= tomorrow.calls) return tomorrow.whenCalled(afterToday);
    if (usualDay.calls <= 0) return undefined;
    const rest = afterToday - tomorrow.calls;
    const wholeDays = Math.ceil(rest / usualDay.calls) - 1;
    const ofLastDay = rest - wholeDays * usualDay.calls;
    return wholeDays * dayMs + usualDay.whenCalled(ofLastDay);
  };
}

/** Fractions are added up: a budget of 10 calls must not count as 9.999…. */
const roundingError = 1e-3;

/** The calls of an account on one day. */
type AccountDay = {
  readonly startsAt: number;
  readonly endsAt: number;
  readonly perMs: number;
  readonly budget: number;
};

/** The calls of all accounts on one day. */
type DayPlan = {
  readonly calls: number;
  /** When the `place`-th of these calls is made. */
  whenCalled(place: number): number;
};

/**
 * Adds up the accounts' calls: a piecewise linear function that bends where an account begins or
 * has spent its budget.
 */
function planDay(accountDays: readonly AccountDay[]): DayPlan {
  const changes = accountDays
    .flatMap(({ startsAt, endsAt, perMs, budget }) => {
      if (perMs <= 0) return [];
      const stopsAt = Math.min(endsAt, startsAt + budget / perMs);
      return stopsAt <= startsAt
        ? []
        : [
            { at: startsAt, perMs },
            { at: stopsAt, perMs: -perMs },
          ];
    })
    .sort((a, b) => a.at - b.at);
  /** From each bend on: calls made before it, and the pace after it. */
  const bends: { at: number; calls: number; perMs: number }[] = [];
  let last = { at: changes[0]?.at ?? 0, calls: 0, perMs: 0 };
  for (const { at, perMs } of changes) {
    last = {
      at,
      calls: last.calls + (at - last.at) * last.perMs,
      perMs: last.perMs + perMs,
    };
    bends.push(last);
  }
  return {
    calls: Math.round(last.calls / roundingError) * roundingError,
    whenCalled(place) {
      let [low, high] = [0, bends.length - 1];
      while (low < high) {
        const middle = Math.ceil((low + high) / 2);
        if ((bends[middle]?.calls ?? 0) < place - roundingError) low = middle;
        else high = middle - 1;
      }
      const { at, calls, perMs } = bends[low] ?? last;
      const next = bends[low + 1];
      return next ? Math.min(next.at, at + (place - calls) / perMs) : at;
    },
  };
}
