import { expect, test } from "vitest";
import { crashBackground } from "../../support/processes/background-crash.ts";

test("120 background requests, 20 of them at OpenRouter, outlive their gateway and a restart of Redis", async ({
  annotate,
}) => {
  const report = await crashBackground(120, 20);
  await annotate(
    `${report.answered} of 120 answered, the last one ${Math.round(report.lastMs / 1_000)} s after the kill; ${report.callsTwice} calls made twice, ${report.inFlightAtKill} were in flight`,
  );
  expect(report.answered).toBe(120);
  expect(report.callsTwice).toBeLessThanOrEqual(report.inFlightAtKill);
});
