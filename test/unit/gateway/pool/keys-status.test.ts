import type { AccountState } from "@openrouter-free-pool/shared/key-pool/pool/read-pool";
import { expect, test } from "vitest";
import { findConditions } from "../../../../apps/gateway/src/notifications/find-conditions.ts";
import { describeKeys } from "../../../../apps/gateway/src/pool/keys-status.ts";
import type { PoolView } from "../../../../apps/gateway/src/pool/pool-watch.ts";

const dayMs = 86_400_000;
const limits = {
  perMinute: 20,
  perDay: 200,
  windowMs: 60_000,
  guardMs: 600,
  dayMs,
};
const midnight = Date.UTC(2026, 10, 26);
const noon = midnight + dayMs / 2;
const dayEndsAt = midnight + dayMs;

/** The status of a pool whose only account has made 10 calls today. */
function statusOf(account: Partial<AccountState>, now = noon) {
  const view: PoolView = {
    pool: {
      now,
      dayEndsAt,
      keys: [{ id: "k", mask: "sk…", account: "a", retired: undefined }],
      accounts: new Map([
        [
          "a",
          {
            account: "a",
            minuteUsed: 0,
            grantedAt: [],
            dayUsed: 10,
            dayElsewhere: 0,
            perMinute: 20,
            perDay: 200,
            lastUsedAt: undefined,
            parked: undefined,
            ...account,
          },
        ],
      ]),
    },
    waiting: 0,
    held: 0,
    inLine: { high: 0, normal: 0, low: 0 },
    inFlight: 0,
    isPaused: false,
    workers: 1,
    startedAt: 0,
    readAt: 0,
  };
  return describeKeys(view, limits);
}

test.for<[string, Partial<AccountState>, state: string, left: number]>([
  ["not parked", {}, "available", 190],
  ["its own count is full", { dayUsed: 200 }, "day-limited", 0],
  [
    "OpenRouter ends its day, to midnight",
    { parked: { until: dayEndsAt, reason: "day" } },
    "day-limited",
    0,
  ],
  [
    "OpenRouter's midnight is a little earlier",
    { parked: { until: dayEndsAt - 2_000, reason: "day" } },
    "day-limited",
    0,
  ],
  [
    "OpenRouter's midnight is a little later",
    { parked: { until: dayEndsAt + 2_000, reason: "day" } },
    "day-limited",
    0,
  ],
  [
    "a parking for the day that states another time",
    { parked: { until: noon + 3_600_000, reason: "day" } },
    "parked",
    190,
  ],
  [
    "parked for the minute",
    { parked: { until: noon + 30_000, reason: "minute" } },
    "minute-limited",
    190,
  ],
  [
    "parked for a stated time",
    { parked: { until: noon + 30_000, reason: "stated" } },
    "parked",
    190,
  ],
])("calls left today are those of the keys: %s", ([, account, state, left]) => {
  const status = statusOf(account);
  expect(status.keys).toMatchObject([
    { state, available: state === "available", day: { remaining: left } },
  ]);
  expect(status.pool.leftToday).toBe(left);
  const kinds = findConditions({ status, dayEndsAt, goneModels: [] });
  expect(kinds.map(({ kind }) => kind)).toEqual(
    left === 0 ? ["day-used-up"] : [],
  );
});

test("the rest of yesterday's parking takes nothing of the new day", () => {
  const account: Partial<AccountState> = {
    dayUsed: 0,
    parked: { until: midnight + 60_000, reason: "day" },
  };
  const status = statusOf(account, midnight + 10_000);
  expect(status.pool.leftToday).toBe(200);
  expect(status.keys).toMatchObject([
    {
      state: "parked",
      minute: { remaining: 0, resetIn: 50 },
      day: { remaining: 200, resetIn: null },
    },
  ]);
});
