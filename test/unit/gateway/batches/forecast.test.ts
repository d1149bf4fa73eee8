import type { PoolSnapshot } from "@openrouter-free-pool/shared/key-pool/pool/read-pool";
import { slotPeriodMs } from "@openrouter-free-pool/shared/key-pool/slots/usable-time";
import { expect, test } from "vitest";
import {
  type BatchOutlook,
  forecastBatch,
} from "../../../../apps/gateway/src/batches/forecast/forecast-batch.ts";
import { planDays } from "../../../../apps/gateway/src/batches/forecast/plan-days.ts";

const dayMs = 86_400_000;
const hourMs = 3_600_000;
/** 20 calls in exactly a minute. */
const limits = {
  perMinute: 20,
  perDay: 1_000,
  windowMs: 59_000,
  dayMs,
  guardMs: 500,
};
const midnight = Date.UTC(2026, 10, 25);
const noon = midnight + 12 * hourMs;
const minutes = (count: number) => count * 60_000;

type Account = {
  perMinute?: number;
  perDay?: number;
  dayUsed?: number;
  parkedUntil?: number;
  isRetired?: boolean;
};

function poolOf(accounts: readonly Account[], now = noon): PoolSnapshot {
  const named = accounts.map(
    (account, i) => [`account-${i}`, account] as const,
  );
  return {
    now,
    dayEndsAt: midnight + dayMs,
    keys: named.map(([name, { isRetired }]) => ({
      id: name,
      mask: name,
      account: name,
      retired: isRetired ? { reason: "invalid", at: now } : undefined,
    })),
    accounts: new Map(
      named.map(([name, { parkedUntil, ...account }]) => [
        name,
        {
          account: name,
          minuteUsed: 0,
          grantedAt: [],
          perMinute: limits.perMinute,
          perDay: limits.perDay,
          dayUsed: 0,
          dayElsewhere: 0,
          lastUsedAt: undefined,
          ...account,
          parked:
            parkedUntil === undefined
              ? undefined
              : { until: parkedUntil, reason: "day" },
        },
      ]),
    ),
  };
}

function forecast(
  calls: number | undefined,
  accounts: readonly Account[],
  outlook: Partial<BatchOutlook> = {},
) {
  return forecastBatch(
    { id: "own", calls },
    {
      whenCalled: planDays(poolOf(accounts), limits),
      callsPerAccountDay: limits.perDay,
      waiting: 0,
      waitingLow: 0,
      backlogs: [],
      ...outlook,
    },
  );
}

const spent = { dayUsed: 1_000 };

test("the limits of these tests make round figures", () => {
  expect(slotPeriodMs(limits)).toBe(minutes(1));
});

test.for<[name: string, calls: number, accounts: Account[], endsAt: number]>([
  ["bound by the minute", 200, [{}], noon + minutes(10)],
  ["two accounts take half the time", 200, [{}, {}], noon + minutes(5)],
  ["just fits in today", 1_000, [{}], noon + minutes(50)],
  [
    "one more goes over to tomorrow",
    1_001,
    [{}],
    midnight + dayMs + minutes(1 / 20),
  ],
  ["spans days", 3_500, [{}], midnight + 3 * dayMs + minutes(25)],
  ["ends with a whole day", 5_000, [{}], midnight + 4 * dayMs + minutes(50)],
  [
    "what is used of today counts",
    1_000,
    [{ dayUsed: 900 }],
    midnight + dayMs + minutes(45),
  ],
  [
    "today only the account that has calls left sets the pace",
    100,
    [spent, spent, { dayUsed: 900 }],
    noon + minutes(5),
  ],
  [
    "a learned limit of the day",
    100,
    [{ perDay: 50 }],
    midnight + dayMs + minutes(2.5),
  ],
  [
    "a day that is too short for its budget",
    40_000,
    [{ perDay: 1_000_000 }],
    midnight + dayMs + minutes((40_000 - 14_400) / 20),
  ],
  [
    "an account that is parked until this evening",
    300,
    [{ parkedUntil: noon + 6 * hourMs }],
    noon + 6 * hourMs + minutes(15),
  ],
  [
    "a gap between two accounts",
    1_100,
    [{}, { parkedUntil: noon + 6 * hourMs }],
    noon + 6 * hourMs + minutes(5),
  ],
  [
    "an account that is parked beyond midnight",
    100,
    [{ parkedUntil: midnight + 25 * hourMs }],
    midnight + 25 * hourMs + minutes(5),
  ],
  [
    "a retired key calls nothing",
    200,
    [{}, { isRetired: true }],
    noon + minutes(10),
  ],
])("%s", ([, calls, accounts, endsAt]) => {
  expect(forecast(calls, accounts)).toMatchObject({
    calls,
    ends_at: Math.ceil(endsAt / 1_000),
  });
});

test.for<[name: string, accounts: Account[]]>([
  ["no account", []],
  ["only retired keys", [{ isRetired: true }]],
  ["accounts without a budget", [{ perDay: 0 }]],
])("nobody knows the end with %s", ([, accounts]) => {
  expect(forecast(450, accounts)).toEqual({
    calls: 450,
    ends_at: null,
    account_days: 0.5,
  });
});

test("nothing is known of the pool", () => {
  const { ends_at } = forecast(450, [], { whenCalled: undefined });
  expect(ends_at).toBeNull();
});

test("the number of lines is not known yet", () => {
  expect(forecast(undefined, [{}])).toEqual({
    calls: null,
    ends_at: null,
    account_days: null,
  });
});

test("nothing is left", () => {
  expect(forecast(0, [{}])).toEqual({
    calls: 0,
    ends_at: null,
    account_days: 0,
  });
});

test("account-days have one decimal", () => {
  const callsPerAccountDay = 450;
  const { account_days } = forecast(5_000, [{}], { callsPerAccountDay });
  expect(account_days).toBe(11.1);
});

test.for<[name: string, own: number, other: number | undefined, at: number]>([
  ["a larger batch takes as many calls as this one", 100, 800, 200],
  ["a smaller batch is through before", 800, 100, 900],
  ["one whose lines are not counted yet is not counted", 100, undefined, 100],
])("another batch: %s", ([, calls, other, place]) => {
  const backlogs = [
    { id: "own", calls },
    { id: "other", calls: other },
  ];
  expect(forecast(calls, [{}], { backlogs }).ends_at).toBe(
    (noon + minutes(place / 20)) / 1_000,
  );
});

test("requests of people who wait go first; lines on the queue count once", () => {
  const { ends_at } = forecast(100, [{}], { waiting: 70, waitingLow: 50 });
  expect(ends_at).toBe((noon + minutes(6)) / 1_000);
});

test("ten thousand accounts in different states are planned within moments", () => {
  const accounts = Array.from({ length: 10_000 }, (_, i) => ({
    dayUsed: i % 1_000,
    perMinute: 1 + (i % 20),
  }));
  const startedAt = performance.now();
  const whenCalled = planDays(poolOf(accounts), limits);
  let last = noon;
  for (let place = 1; place < 60_000_000; place += 100_000) {
    const at = whenCalled(place) ?? 0;
    expect(at).toBeGreaterThanOrEqual(last - 1);
    last = at;
  }
  expect(performance.now() - startedAt).toBeLessThan(20_000);
});
