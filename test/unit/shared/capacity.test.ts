import {
  countSlotsWithin,
  forecastSlot,
} from "@openrouter-free-pool/shared/key-pool/pool/capacity";
import type {
  AccountState,
  PoolSnapshot,
} from "@openrouter-free-pool/shared/key-pool/pool/read-pool";
import { leastUsableMs } from "@openrouter-free-pool/shared/key-pool/slots/usable-time";
import fc from "fast-check";
import { expect, test } from "vitest";

const limits = {
  perMinute: 4,
  perDay: 1_000,
  windowMs: 100,
  dayMs: 1_000_000,
  guardMs: 10,
};
const now = 500_000;
const dayEndsAt = 1_000_000;

const accounts = fc.array(
  fc.record({
    /** How long ago each slot was taken. */
    agesMs: fc.array(fc.integer({ min: 0, max: 109 }), { maxLength: 4 }),
    parkedMs: fc.option(fc.integer({ min: 1, max: 400 })),
    dayUsed: fc.integer({ min: 985, max: 1_000 }),
  }),
  { minLength: 1, maxLength: 4 },
);

type Account = { agesMs: number[]; parkedMs: number | null; dayUsed: number };

function snapshotOf(described: readonly Account[]): PoolSnapshot {
  const states = described.map(({ agesMs, parkedMs, dayUsed }, i) => ({
    account: `account-${i}`,
    perMinute: limits.perMinute,
    perDay: limits.perDay,
    minuteUsed: agesMs.length,
    grantedAt: agesMs.map((age) => now - age).toSorted((a, b) => a - b),
    dayUsed,
    lastUsedAt: undefined,
    parked:
      parkedMs === null
        ? undefined
        : { until: now + parkedMs, reason: "minute" },
  })) as unknown as AccountState[];
  return {
    now,
    dayEndsAt,
    keys: states.map(({ account }) => ({
      id: account,
      mask: account,
      account,
      retired: undefined,
    })),
    accounts: new Map(states.map((state) => [state.account, state])),
  } as PoolSnapshot;
}

/** Plays the limiter millisecond by millisecond: a call is made whenever one may be. */
function play(described: readonly Account[], horizonMs: number): number[] {
  const served: number[] = [];
  for (const { agesMs, parkedMs, dayUsed } of described) {
    const taken = agesMs.map((age) => now - age).toSorted((a, b) => a - b);
    let left = limits.perDay - dayUsed;
    for (let at = now + (parkedMs ?? 0); at <= now + horizonMs; at += 1) {
      while (left > 0) {
        const nth = taken.at(-limits.perMinute);
        const isFree =
          taken.length < limits.perMinute ||
          (nth ?? 0) + limits.windowMs + limits.guardMs <= at;
        if (!isFree) break;
        taken.push(at + leastUsableMs(limits));
        served.push(at - now);
        left -= 1;
      }
    }
  }
  return served.toSorted((a, b) => a - b);
}

test("the forecast of slots is what the limiter would grant", () => {
  fc.assert(
    fc.property(
      accounts,
      fc.integer({ min: 0, max: 700 }),
      (described, horizonMs) => {
        const expected = play(described, horizonMs).length;
        const snapshot = snapshotOf(described);
        expect(countSlotsWithin(snapshot, limits, horizonMs)).toBe(expected);
      },
    ),
  );
});

test("the forecast of a place is the time of its slot", () => {
  fc.assert(
    fc.property(
      accounts,
      fc.integer({ min: 1, max: 40 }),
      (described, place) => {
        const horizonMs = 700;
        const expected = play(described, horizonMs)[place - 1];
        const snapshot = snapshotOf(described);
        expect(forecastSlot(snapshot, limits, place, horizonMs)).toBe(expected);
      },
    ),
  );
});
