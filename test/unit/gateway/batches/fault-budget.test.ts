import { expect, test } from "vitest";
import { FaultBudget } from "../../../../apps/gateway/src/batches/faults/fault-budget.ts";

const fault = { progress: "in_progress,5", isCounted: true, mostTries: 4 };

test("pauses grow, and the last try is not followed by one", () => {
  const budget = new FaultBudget();
  const pauses = [1, 2, 3, 4].map(() => budget.record(fault));
  expect(pauses).toEqual([1_000, 2_000, 4_000, undefined]);
});

test("progress starts the count anew", () => {
  const budget = new FaultBudget();
  for (let results = 0; results < 20; results += 1) {
    const progress = `in_progress,${results}`;
    expect(budget.record({ ...fault, progress })).toBe(1_000);
  }
});

test("an outage may last, with pauses of a minute at most", () => {
  const budget = new FaultBudget();
  const outage = { ...fault, isCounted: false };
  const pauses = Array.from({ length: 100 }, () => budget.record(outage));
  expect(pauses.at(-1)).toBe(60_000);
});
