import { expect, inject, test } from "vitest";
import { runFuzz } from "../../support/fuzz/run-fuzz.ts";

// `npm run proof:fuzz` sends a million.
test("900 random requests: none is answered with a secret, a stack or a 500, and none ends a process", async ({
  annotate,
}) => {
  const seed = Date.now() % 1_000_000;
  const figures = await runFuzz(inject("redisUrl"), { requests: 900, seed });
  await annotate(`seed ${seed}: ${JSON.stringify(figures.byStatus)}`);
  expect(figures.faults).toEqual([]);
  expect(figures.errors).toEqual({});
});
