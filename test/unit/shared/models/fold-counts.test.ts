import {
  foldCounts,
  splitByModel,
} from "@openrouter-free-pool/shared/models/fold-counts";
import { binOf } from "@openrouter-free-pool/shared/statistics/duration-bins";
import { expect, test } from "vitest";

const counts = (fields: Record<string, number>) =>
  new Map(Object.entries(fields));

test("nothing counted is no rate of zero, and no time of zero", () => {
  expect(foldCounts([])).toEqual({
    calls: 0,
    answered: 0,
    empty: 0,
    failed: 0,
    rateLimited: 0,
    gone: 0,
    successRate: null,
    emptyRate: null,
    latencyP50Ms: null,
    latencyP95Ms: null,
    firstTokenP50Ms: null,
    tokensPerSecond: null,
  });
});

test("slices are added up: outcomes, bins, tokens over the time they took", () => {
  const fast = `ms.${binOf(100)}`;
  const slow = `ms.${binOf(10_000)}`;
  const figures = foldCounts([
    counts({ answered: 6, [fast]: 6, tokens: 100, tokenMs: 1_000 }),
    counts({ answered: 3, [fast]: 3, empty: 1, tokens: 50, tokenMs: 500 }),
    counts({ answered: 3, [slow]: 3, failed: 2, rateLimited: 4, gone: 1 }),
    counts({ [`first.${binOf(400)}`]: 2 }),
  ]);
  expect(figures).toMatchObject({
    calls: 20,
    answered: 12,
    empty: 1,
    failed: 2,
    rateLimited: 4,
    gone: 1,
    successRate: 0.6,
    emptyRate: 0.05,
    tokensPerSecond: 100,
  });
  expect(figures.latencyP50Ms).toBeGreaterThan(50);
  expect(figures.latencyP50Ms).toBeLessThan(200);
  expect(figures.latencyP95Ms).toBeGreaterThan(6_000);
  expect(figures.firstTokenP50Ms).toBeGreaterThan(200);
  expect(figures.firstTokenP50Ms).toBeLessThan(600);
});

test("a slice is told apart by model, whatever the model's name holds", () => {
  const byModel = splitByModel({
    "answered a/b:free": "2",
    "ms.3 a/b:free": "2",
    "failed odd name": "1",
  });
  expect(byModel).toEqual(
    new Map([
      ["a/b:free", counts({ answered: 2, "ms.3": 2 })],
      ["odd name", counts({ failed: 1 })],
    ]),
  );
});
