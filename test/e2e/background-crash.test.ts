import { expect, test } from "vitest";
import { crashBackground } from "../support/background-crash.ts";
import { privateRedisAvailable } from "../support/redis.ts";

test("background requests outlive their gateway and a restart of Redis", async (context) => {
  if (!privateRedisAvailable()) context.skip("needs redis-server on the PATH");
  const report = await crashBackground(16, 8);
  expect(report.answered).toBe(16);
  // Only what was at OpenRouter when the gateway died.
  expect(report.callsTwice).toBeLessThanOrEqual(report.inFlightAtKill);
});
