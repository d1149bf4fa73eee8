import { expect, test } from "vitest";
import { chartFigures } from "../../../../apps/gateway/src/history/chart-figures.ts";
import {
  ranges,
  readRange,
} from "../../../../apps/gateway/src/history/ranges.ts";
import {
  countBy,
  joinBuckets,
  summarize,
} from "../../../../apps/gateway/src/history/stretches.ts";

const bucketMs = 10_000;

function bucket(index: number, counts: Record<string, number> = {}) {
  return {
    startsAt: index * bucketMs,
    counts: new Map(Object.entries(counts)),
  };
}

test("stretches begin at whole multiples of their length, however many slices there are", () => {
  const buckets = [7, 8, 9, 10, 11, 12, 13].map((index) =>
    bucket(index, { "status:200": 1 }),
  );
  expect(joinBuckets(buckets, 30_000)).toMatchObject([
    { startsAt: 60_000, answered: 2 },
    { startsAt: 90_000, answered: 3 },
    { startsAt: 120_000, answered: 2 },
  ]);
});

test("what is counted under one prefix is listed by frequency, with its last time", () => {
  const buckets = [
    bucket(1, { "verdict:a": 1, "verdict:b": 5, "status:200": 9 }),
    bucket(2, { "verdict:a": 1 }),
  ];
  expect(countBy(buckets, "verdict:")).toEqual([
    { name: "b", count: 5, lastAt: 10_000 },
    { name: "a", count: 2, lastAt: 20_000 },
  ]);
});

test("charts leave out what is not over, and draw a gap where nothing was", () => {
  const buckets = [
    bucket(0, { "status:200": 3, "ms:wait:0": 3 }),
    bucket(3, { "status:503": 1 }),
    bucket(6, { "status:200": 9 }),
  ];
  const figures = chartFigures(buckets, ranges.hour, 65_000);
  expect(figures.times).toEqual([30, 60]);
  expect(figures.answered).toEqual([6, 0]);
  expect(figures.failed).toEqual([null, 2]);
  expect(figures.waitMedian[0]).toBeGreaterThan(0);
  expect(figures.waitMedian[1]).toBeNull();
});

test("calls and 429s are told apart from what was not sent, and from our own refusals", () => {
  const { answered, failed, refused, gone, calls, rateLimited } = summarize([
    bucket(1, {
      "status:200": 7,
      "status:429": 2,
      "status:499": 3,
      "status:502": 1,
      "verdict:return": 7,
      "verdict:account-limited:minute": 4,
      "verdict:model-limited": 1,
      "verdict:not-sent": 9,
    }),
  ]);
  expect({ answered, failed, refused, gone }).toEqual({
    answered: 7,
    failed: 3,
    refused: 2,
    gone: 3,
  });
  expect({ calls, rateLimited }).toEqual({ calls: 12, rateLimited: 5 });
});

test("a day is drawn by the minute, 90 days by the hour", () => {
  const at = (startsAt: number) => ({
    startsAt,
    counts: new Map([["status:200", 120]]),
  });
  const day = chartFigures([at(0), at(60_000)], ranges.day, 120_000);
  expect(day.answered).toEqual([120, 120]);
  const hours = [at(0), at(3_600_000)];
  const days = chartFigures(hours, ranges["90d"], 7_200_000);
  expect(days.answered).toEqual([120, 120]);
  expect(readRange("90d")).toBe("90d");
  expect(readRange(["day"])).toBe("hour");
});
