import type { RateLimits } from "../../config/rate-limits.ts";
import { slotPeriodMs } from "../slots/usable-time.ts";
import type { AccountState, PoolSnapshot } from "./read-pool.ts";

/** Accounts with at least one key in use. */
export function usableAccounts(
  snapshot: PoolSnapshot,
): readonly AccountState[] {
  const names = new Set(
    snapshot.keys.filter((key) => !key.retired).map((key) => key.account),
  );
  return [...names].flatMap((name) => snapshot.accounts.get(name) ?? []);
}

/**
 * How many calls the pool can start from the moment of the snapshot until
 * `horizonMs` later. The basis of every forecast of the queue.
 */
export function countSlotsWithin(
  snapshot: PoolSnapshot,
  limits: RateLimits,
  horizonMs: number,
): number {
  return usableAccounts(snapshot).reduce(
    (sum, account) =>
      sum + countAccountSlots(account, snapshot, limits, horizonMs),
    0,
  );
}

/**
 * When the `place`-th call from now can start (1 is the next one), in ms from
 * the snapshot; undefined when that is more than `horizonMs` away.
 */
export function forecastSlot(
  snapshot: PoolSnapshot,
  limits: RateLimits,
  place: number,
  horizonMs: number,
): number | undefined {
  if (countSlotsWithin(snapshot, limits, horizonMs) < place) return undefined;
  let [early, late] = [0, horizonMs];
  while (late - early > 1) {
    const middle = Math.floor((early + late) / 2);
    if (countSlotsWithin(snapshot, limits, middle) >= place) late = middle;
    else early = middle;
  }
  return countSlotsWithin(snapshot, limits, early) >= place ? early : late;
}

function countAccountSlots(
  account: AccountState,
  snapshot: PoolSnapshot,
  limits: RateLimits,
  horizonMs: number,
): number {
  const { now, dayEndsAt } = snapshot;
  const end = now + horizonMs;
  const start = Math.max(now, account.parked?.until ?? 0);
  if (start > end) return 0;

  const today = countMinuteSlots(
    account,
    limits,
    start,
    Math.min(end, dayEndsAt - 1),
  );
  const leftToday = Math.max(0, account.perDay - account.dayUsed);
  if (end < dayEndsAt) return Math.min(today, leftToday);

  // Later days start with full budgets; the minute limit applies to them as well.
  const through = countMinuteSlots(account, limits, start, end);
  const daysAfter = Math.floor((end - dayEndsAt) / limits.dayMs) + 1;
  const usedToday = Math.min(today, leftToday);
  return Math.min(
    usedToday + daysAfter * account.perDay,
    usedToday + Math.max(1, through - today),
  );
}

/** Slots that the minute limit alone allows from `start` to `end`. */
function countMinuteSlots(
  account: AccountState,
  limits: RateLimits,
  start: number,
  end: number,
): number {
  if (end < start) return 0;
  const periodMs = slotPeriodMs(limits);
  // A stored grant is the latest time at which its call can have been sent.
  const firstMs = limits.windowMs + limits.guardMs;
  const free = Math.max(0, account.perMinute - account.minuteUsed);
  // Each slot comes back one period after it was taken, and again after each later use.
  const usesFrom = (at: number) =>
    at > end ? 0 : 1 + Math.floor((end - at) / periodMs);
  let [slots, left] = [free * usesFrom(start), account.perMinute];
  for (let i = account.grantedAt.length - 1; i >= 0 && left > 0; i -= 1) {
    const calls = Math.min(callsBehind(account, i), left);
    slots +=
      calls * usesFrom(Math.max(start, (account.grantedAt[i] ?? 0) + firstMs));
    left -= calls;
  }
  return slots;
}

/** How many calls a known time stands for: its own and the ones before it whose times are not known. */
function callsBehind({ minuteUsed, grantedAt }: AccountState, index: number) {
  const place = (i: number) =>
    Math.floor((i * (minuteUsed - 1)) / (grantedAt.length - 1));
  return index === 0 ? 1 : place(index) - place(index - 1);
}
