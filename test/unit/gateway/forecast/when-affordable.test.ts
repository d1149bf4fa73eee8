import type { BudgetUse } from "@openrouter-free-pool/shared/budgets/read-budgets";
import { expect, test } from "vitest";
import { whenAffordable } from "../../../../apps/gateway/src/forecast/when-affordable.ts";

const limits = { windowMs: 60_000, dayMs: 86_400_000 };
const none = { high: 0, normal: 0, low: 0 };
const now = 1_000_000;
const hour = 3_600_000;
const use: BudgetUse = {
  ...{ now, dayEndsAt: now + hour, callsToday: 0, callsInWindow: 0 },
  ...{ callTimes: [], inFlight: 0, open: 0, waiting: none, inLine: none },
};
const ask = (
  budget: { perDay?: number; perMinute?: number },
  used: Partial<BudgetUse>,
  place: number,
) =>
  whenAffordable(
    { perDay: null, perMinute: null, ...budget },
    { ...use, ...used },
    limits,
    place,
  );

test("with calls left there is nothing to wait for", () => {
  expect(ask({ perDay: 5, perMinute: 3 }, {}, 3)).toEqual({
    afterMs: 0,
    isDaySpent: false,
  });
});

test("each call of the window makes room for another one a window later", () => {
  const used = { callsInWindow: 2, callTimes: [now - 50_000, now - 20_000] };
  const waits = [1, 2, 3, 4, 5].map(
    (place) => ask({ perMinute: 3 }, used, place).afterMs,
  );
  expect(waits).toEqual([0, 10_000, 40_000, 60_000, 70_000]);
});

test("of more calls than the limit, those beyond it make no room", () => {
  const callTimes = [now - 50_000, now - 40_000, now - 30_000];
  const used = { callsInWindow: 3, callTimes };
  expect(ask({ perMinute: 2 }, used, 1).afterMs).toBe(20_000);
});

test("a spent day waits for the next one, or a later one", () => {
  const used = { callsToday: 4 };
  expect(ask({ perDay: 4 }, used, 1)).toEqual({
    afterMs: hour,
    isDaySpent: true,
  });
  expect(ask({ perDay: 4 }, used, 4).afterMs).toBe(hour);
  expect(ask({ perDay: 4 }, used, 5).afterMs).toBe(hour + limits.dayMs);
  expect(ask({ perDay: 4, perMinute: 2 }, used, 3).afterMs).toBe(hour + 60_000);
});
