import { expect, test } from "vitest";
import { readOptions } from "../../../scripts/model/options.ts";
import {
  type DrainPlan,
  predictDrain,
} from "../../../scripts/model/predict-drain.ts";

const limits = {
  perMinute: 20,
  perDay: 200,
  windowMs: 60_000,
  dayMs: 86_400_000,
  guardMs: 600,
};
/** What a slot is taken for: the window, the guard, the validity of a grant. */
const periodMs = 61_100;
const plan: DrainPlan = {
  accounts: 3,
  requests: 150,
  workers: 2,
  gateways: 1,
  concurrency: 64,
  costs: { gateway: 300, worker: 200, redis: 100 },
  limits,
  latencyMs: 1_000,
  jitterMs: 0,
  isCold: false,
};
const seconds = (ms: number) => Math.round(ms / 1_000);

test("150 requests over 3 accounts take two periods of a slot and a call", () => {
  const { drainMs, waitP50Ms, waitP95Ms } = predictDrain(plan);
  expect(seconds(drainMs)).toBe(seconds(2 * periodMs + 1_000));
  expect(seconds(waitP50Ms)).toBe(seconds(periodMs));
  expect(seconds(waitP95Ms)).toBe(seconds(2 * periodMs));
});

test("a model that nobody has called makes all others wait for one call", () => {
  const cold = predictDrain({ ...plan, requests: 60, isCold: true });
  const warm = predictDrain({ ...plan, requests: 60 });
  expect(cold.drainMs - warm.drainMs).toBeGreaterThan(1_000);
  expect(cold.drainMs - warm.drainMs).toBeLessThan(1_200);
});

test("calls in flight bound it where they are few and long", () => {
  const few = { ...plan, accounts: 100, workers: 1, concurrency: 10 };
  const { drainMs } = predictDrain({ ...few, latencyMs: 10_000 });
  // Fifteen rounds of ten calls.
  expect(drainMs).toBeGreaterThanOrEqual(150_000);
  expect(drainMs).toBeLessThan(151_500);
});

test("what the day does not give waits for the next days", () => {
  const many = { ...plan, accounts: 1, requests: 450, dayLeftMs: 3_600_000 };
  const { drainMs } = predictDrain({ ...many, dayUsed: 150 });
  // 50 today, 200 tomorrow, 200 the day after.
  const lastDay = 3_600_000 + limits.dayMs;
  expect(drainMs).toBeGreaterThan(lastDay + 9 * periodMs);
  expect(drainMs).toBeLessThan(lastDay + 10 * periodMs);
});

test("requests that arrive as slots come back do not wait for them", () => {
  const { waitP95Ms } = predictDrain({ ...plan, overMs: 3 * periodMs });
  expect(waitP95Ms).toBeLessThan(1_000);
});

test("processes carry so many requests a second and no more", () => {
  const many = { ...plan, accounts: 10_000, requests: 100_000, workers: 50 };
  const one = predictDrain({ ...many, concurrency: 1_000 });
  const five = predictDrain({ ...many, concurrency: 1_000, gateways: 5 });
  // One gateway uses one core: 300 µs a request.
  expect(seconds(one.drainMs)).toBe(31);
  expect(five.drainMs).toBeLessThan(one.drainMs / 2);
});

test("a wrong option is named", () => {
  expect(() => readOptions(["--accounts", "many"])).toThrow(
    '--accounts is "many"; it wants 1 to 1000000',
  );
  expect(() => readOptions(["--account", "3"])).toThrow("--account");
});
