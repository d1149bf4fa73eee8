import { expect, test } from "vitest";
import {
  boundAccountReset,
  boundModelPause,
  readRateLimitReset,
  readResetAfter,
  readRetryAfter,
} from "../../../../apps/worker/src/answer/retry-timing.ts";

const now = Date.UTC(2026, 10, 23, 12, 0, 30);
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

test.for([
  ["7", 7_000],
  ["0", 0],
  ["0.25", 250],
  ["2, 2", 2_000],
  ["1.5s", 1_500],
  ["6m0s", 6 * minute],
  [new Date(now + 9_000).toUTCString(), 9_000],
  [new Date(now - 1_000).toUTCString(), 0],
  [new Date(now - hour).toUTCString(), undefined],
  ["-5", undefined],
  ["soon", undefined],
  ["\u00ff", undefined],
  ["", undefined],
] as const)("Retry-After: %s", ([value, expected]) => {
  expect(readRetryAfter({ "retry-after": value }, now)).toBe(expected);
});

test("Retry-After-Ms is the more exact one", () => {
  const headers = { "retry-after-ms": "1250", "retry-after": "2" };
  expect(readRetryAfter(headers, now)).toBe(1_250);
});

test.for([
  ["epoch ms", String(now + 20_000), 20_000],
  ["epoch s", String((now + 20_000) / 1_000), 20_000],
  ["epoch µs", String((now + 20_000) * 1_000), 20_000],
  ["seconds from now", "20", 20_000],
  ["a duration", "20s", 20_000],
  ["an ISO date", new Date(now + 20_000).toISOString(), 20_000],
  ["just over", String(now - 3_000), 0],
  ["long over", String(now - minute), undefined],
  ["zero", "0", undefined],
  ["negative", "-1787042700000", undefined],
  ["words", "tomorrow", undefined],
] as const)("X-RateLimit-Reset as %s", ([, value, expected]) => {
  expect(readRateLimitReset({ "x-ratelimit-reset": value }, now)).toBe(
    expected,
  );
});

test("reset-after is in seconds", () => {
  expect(readResetAfter("Limited, reset-after: 2.5")).toBe(2_500);
  expect(readResetAfter("Limited, reset-after: -3")).toBe(undefined);
  expect(readResetAfter("Limited")).toBe(undefined);
});

test.for([
  ["a minute's, a year ahead", 365 * day, "minute", 2 * minute],
  ["a minute's, at once", 0, "minute", 1_000],
  ["a minute's, as expected", 30_000, "minute", 30_000],
  ["a day's, a year ahead", 365 * day, "day", 12 * hour - 30_000 + 5 * minute],
  ["one that names no limit", 365 * day, "stated", 12 * hour + 4.5 * minute],
  ["none", undefined, "day", undefined],
] as const)(
  "an account's reset is bounded: %s",
  ([, given, limit, expected]) => {
    expect(boundAccountReset(given, limit, now)).toBe(expected);
  },
);

test("an account's reset is bounded by the windows that are configured", () => {
  const windows = { windowMs: 500, dayMs: 10_000 };
  expect(boundAccountReset(day, "minute", now, windows)).toBe(1_000);
  expect(boundAccountReset(0, "minute", now, windows)).toBe(500);
  expect(boundAccountReset(day, "day", now, windows)).toBe(20_000);
});

test.for([
  [99_999_999_000, hour],
  [1, 1_000],
  [17_000, 17_000],
  [undefined, undefined],
  [Number.NaN, undefined],
] as const)("a model's pause of %s ms is %s", ([given, expected]) => {
  expect(boundModelPause(given)).toBe(expected);
});
