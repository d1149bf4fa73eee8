import {
  binBounds,
  binOf,
  percentile,
} from "@openrouter-free-pool/shared/statistics/duration-bins";
import { expect, test } from "vitest";

function count(durations: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const ms of durations) {
    counts.set(binOf(ms), (counts.get(binOf(ms)) ?? 0) + 1);
  }
  return counts;
}

test("bins reach from milliseconds to the better part of an hour", () => {
  expect(binOf(0)).toBe(0);
  expect(binOf(5)).toBe(0);
  expect(binOf(6)).toBe(1);
  expect(binBounds.at(-1)).toBeGreaterThan(2_700_000);
  expect(binOf(Number.MAX_SAFE_INTEGER)).toBe(binBounds.length);
});

test("a percentile is right within its bin's width", () => {
  const durations = Array.from({ length: 1_000 }, (_, index) => index + 1);
  const counts = count(durations);
  for (const share of [0.1, 0.5, 0.9, 0.95]) {
    const true_ = share * 1_000;
    expect(percentile(counts, share)).toBeGreaterThan(true_ / 1.5);
    expect(percentile(counts, share)).toBeLessThan(true_ * 1.5);
  }
});

test("nothing has no percentile, and the longest have one", () => {
  expect(percentile(new Map(), 0.5)).toBeUndefined();
  expect(percentile(count([1e9]), 0.5)).toBeGreaterThan(1_000_000);
});
