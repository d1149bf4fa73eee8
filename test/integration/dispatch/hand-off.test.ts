import { expect, inject, test } from "vitest";
import { checkHandOff } from "../../support/hand-off/check-hand-off.ts";

// `npm run proof:hand-off` goes on for 100,000 steps.
test("random histories of a fleet lose no job, hold none twice, and call no account beyond its limits", async ({
  annotate,
}) => {
  const seed = Date.now() % 1_000_000;
  const figures = await checkHandOff(inject("redisUrl"), { steps: 300, seed });
  await annotate(`seed ${seed}: ${JSON.stringify(figures)}`);
  expect(figures.steps).toBeGreaterThanOrEqual(300);
});
