import { describe, expect, test } from "vitest";
import {
  formatAgo,
  formatClock,
  formatDate,
  formatDuration,
} from "../../../apps/gateway/src/text/format.ts";

describe("durations", () => {
  test.each([
    [0, "0 ms"],
    [850.4, "850 ms"],
    [1_000, "1.0 s"],
    [9_940, "9.9 s"],
    [10_001, "11 s"],
    [59_001, "1 min"],
    [60_000, "1 min"],
    [200_000, "3 min 20 s"],
    [3_599_001, "1 h"],
    [3_600_000, "1 h"],
    [7_500_000, "2 h 5 min"],
    [86_400_000, "1 d"],
    [97_200_000, "1 d 3 h"],
  ])("%d ms is %s", (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

test("how long ago", () => {
  expect(formatAgo(0)).toBe("just now");
  expect(formatAgo(40_000)).toBe("40 s ago");
  expect(formatAgo(200_000)).toBe("3 min ago");
  expect(formatAgo(7_200_000)).toBe("2 h ago");
  expect(formatAgo(5 * 86_400_000)).toBe("5 days ago");
});

test("a date is UTC", () => {
  expect(formatDate(Date.UTC(2026, 11, 6, 14, 5))).toBe("6 Dec 14:05");
});

test("the time of day is UTC", () => {
  expect(formatClock(Date.UTC(2026, 0, 1, 14, 5))).toBe("14:05");
});
