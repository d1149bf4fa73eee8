import { describe, expect, it } from "vitest";
import {
  dayResetAt,
  findWorstWindow,
  QuotaCounter,
  type QuotaRules,
} from "../../../simulator/quota.ts";

const DAY_MS = 86_400_000;

function rulesWith(changes: Partial<QuotaRules> = {}): QuotaRules {
  return {
    mode: "sliding",
    perMinute: 3,
    windowMs: 1_000,
    perDay: 100,
    dayMs: DAY_MS,
    usedElsewhere: 0,
    ...changes,
  };
}

describe("sliding quota", () => {
  it("refuses until the oldest call is exactly one window old", () => {
    const counter = new QuotaCounter();
    const rules = rulesWith();
    for (const now of [5_000, 5_100, 5_900]) {
      expect(counter.take(now, rules)).toEqual({ allowed: true });
    }
    const refused = {
      allowed: false,
      scope: "minute",
      limit: 3,
      resetAt: 6_000,
    };
    expect(counter.take(5_999, rules)).toEqual(refused);
    expect(counter.take(6_000, rules)).toEqual({ allowed: true });
    expect(counter.take(6_000, rules)).toMatchObject({ resetAt: 6_100 });
  });

  it("does not count what it refuses", () => {
    const counter = new QuotaCounter();
    const rules = rulesWith({ perMinute: 1 });
    counter.take(0, rules);
    for (let now = 1; now < 1_000; now += 1) counter.take(now, rules);
    expect(counter.take(1_000, rules)).toEqual({ allowed: true });
    expect(counter.dayUsed(1_000, DAY_MS)).toBe(2);
  });

  it("never lets more than the limit through in any window", () => {
    const counter = new QuotaCounter();
    const rules = rulesWith({ perMinute: 7, perDay: 1e9 });
    const passed: number[] = [];
    for (let now = 0; now < 20_000; now += 13) {
      if (counter.take(now, rules).allowed) passed.push(now);
    }
    expect(passed.length).toBeGreaterThan(100);
    expect(findWorstWindow(passed, 1_000)).toBe(7);
  });
});

describe("clock quota", () => {
  const rules = rulesWith({ mode: "clock" });

  it("starts anew at multiples of the window", () => {
    const counter = new QuotaCounter();
    for (const now of [5_997, 5_998, 5_999]) {
      expect(counter.take(now, rules).allowed).toBe(true);
    }
    expect(counter.take(5_999, rules)).toMatchObject({ resetAt: 6_000 });
    for (const now of [6_000, 6_001, 6_002]) {
      expect(counter.take(now, rules).allowed).toBe(true);
    }
    expect(counter.take(6_999, rules)).toMatchObject({ resetAt: 7_000 });
  });

  it("knows the sliding count when the mode changes", () => {
    const counter = new QuotaCounter();
    for (const now of [5_998, 5_999, 6_000]) counter.take(now, rules);
    expect(counter.minuteUsed(6_000, rules)).toBe(1);
    expect(counter.take(6_001, rulesWith()).allowed).toBe(false);
  });
});

describe("daily quota", () => {
  it("ends at the start of the next UTC day", () => {
    const counter = new QuotaCounter();
    const rules = rulesWith({ perMinute: 100, perDay: 2 });
    const noon = 10 * DAY_MS + DAY_MS / 2;
    counter.take(noon, rules);
    counter.take(noon + 1, rules);
    expect(counter.take(noon + 2, rules)).toEqual({
      allowed: false,
      scope: "day",
      limit: 2,
      resetAt: 11 * DAY_MS,
    });
    expect(counter.take(11 * DAY_MS - 1, rules).allowed).toBe(false);
    expect(counter.take(11 * DAY_MS, rules).allowed).toBe(true);
  });

  it("includes what was used elsewhere", () => {
    const counter = new QuotaCounter();
    const rules = rulesWith({ perDay: 5, usedElsewhere: 4 });
    expect(counter.take(1, rules).allowed).toBe(true);
    expect(counter.take(2, rules)).toMatchObject({ scope: "day", limit: 5 });
  });

  it("puts the next day after the present moment", () => {
    expect(dayResetAt(0, 100)).toBe(100);
    expect(dayResetAt(99, 100)).toBe(100);
    expect(dayResetAt(100, 100)).toBe(200);
  });
});

describe("findWorstWindow", () => {
  it.each([
    [[], 0],
    [[5], 1],
    [[0, 999], 2],
    [[0, 1_000], 1],
    [[0, 900, 1_000, 1_899, 1_900], 3],
    [[7, 7, 7, 7], 4],
  ])("finds in %j at most %i calls", (times, worst) => {
    expect(findWorstWindow(times, 1_000)).toBe(worst);
  });

  it("reads a hundred thousand calls in an instant", () => {
    const times = Array.from({ length: 100_000 }, (_, index) => index);
    const startedAt = performance.now();
    expect(findWorstWindow(times, 50_000)).toBe(50_000);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});
