import { describeObstacle } from "@openrouter-free-pool/shared/api/describe-obstacle";
import type { KeyStatus } from "@openrouter-free-pool/shared/api/pool-status";
import { expect, test } from "vitest";

const obstacleOf = (states: readonly KeyStatus["state"][], workers = 1) =>
  describeObstacle({ keys: states.map((state) => ({ state })), workers });

test.each([
  [["invalid", "invalid", "invalid"], "no key works (3 of 3: 401)"],
  [["no-credit", "invalid"], "no key works (2 of 2: 401, 402)"],
  [["taken-out"], "no key works (1 of 1: disabled)"],
  [[], "no worker has a key"],
] as const)("%j: %s", (states, obstacle) => {
  expect(obstacleOf(states)).toBe(obstacle);
});

test("a key that a new minute or day brings back is no obstacle", () => {
  expect(obstacleOf(["invalid", "day-limited"])).toBeUndefined();
  expect(obstacleOf(["parked"])).toBeUndefined();
});

test("a paused queue is one, whatever the keys are", () => {
  const keys = [{ state: "available" }] as const;
  const paused = { keys, workers: 1, queue: { paused: true } };
  expect(describeObstacle(paused)).toBe("an operator has paused the queue");
});

test("without a worker it does not matter what the keys are", () => {
  expect(obstacleOf(["available"], 0)).toBe("no worker runs");
});
