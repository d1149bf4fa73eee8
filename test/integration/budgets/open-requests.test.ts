import { removeJob } from "@openrouter-free-pool/shared/queue/remove-jobs";
import { expect, test } from "vitest";
import { openBudgets } from "../../support/dispatch/open-budgets.ts";

const bounded = { counting: "bounded" } as const;

test("of requests that come to several gateways at a time exactly so many are let in", async () => {
  const { limit, add } = await openBudgets();
  const a = await limit("a", { maxQueued: 5 });
  const letIn = await Promise.all(
    Array.from({ length: 10 }, () => add(a, 2, bounded)),
  );
  expect(letIn.flat()).toHaveLength(5);
  expect(await add("b", 20, bounded)).toHaveLength(20);
});

test("one that ends or is called off makes room, one that is in flight does not", async () => {
  const { queue, limit, add, take, finish } = await openBudgets();
  const a = await limit("a", { maxQueued: 2 });
  const [, second = ""] = await add(a, 2, bounded);
  const [job] = await take(1);
  expect(await add(a, 1, bounded)).toEqual([]);
  if (job) await finish(job);
  expect(await add(a, 3, bounded)).toHaveLength(1);
  await removeJob(queue.queue, second);
  expect(await add(a, 3, bounded)).toHaveLength(1);
});

test("lines of batches are not counted, and a request whose job was lost is not refused", async () => {
  const { limit, add } = await openBudgets();
  const a = await limit("a", { maxQueued: 1 });
  expect(await add(a, 10)).toHaveLength(10);
  expect(await add(a, 2, bounded)).toHaveLength(1);
  expect(await add(a, 1, { counting: "counted" })).toHaveLength(1);
});
