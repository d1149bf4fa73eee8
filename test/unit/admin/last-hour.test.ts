import { expect, test } from "vitest";
import { chartFigures } from "../../../apps/gateway/src/admin/overview/read/chart-figures.ts";
import {
  countBy,
  joinBuckets,
} from "../../../apps/gateway/src/admin/overview/read/last-hour.ts";

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
    { name: "b", count: 5, lastAt: 20_000 },
    { name: "a", count: 2, lastAt: 30_000 },
  ]);
});

test("charts leave out what is not over, and draw a gap where nothing was", () => {
  const buckets = [
    bucket(0, { "status:200": 3, "ms:wait:0": 3 }),
    bucket(3, { "status:503": 1 }),
    bucket(6, { "status:200": 9 }),
  ];
  const figures = chartFigures(buckets, 65_000);
  expect(figures.times).toEqual([30, 60]);
  expect(figures.answered).toEqual([6, 0]);
  expect(figures.failed).toEqual([null, 2]);
  expect(figures.waitMedian[0]).toBeGreaterThan(0);
  expect(figures.waitMedian[1]).toBeNull();
});
