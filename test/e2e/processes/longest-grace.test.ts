import { randomUUID } from "node:crypto";
import { expect, inject, onTestFinished, test } from "vitest";
import { startApp } from "../../support/processes/app-process.ts";
import { testKey } from "../../support/processes/stack.ts";

test.each([
  ["gateway", { PORT: "0" }],
  ["worker", { WORKER_PORT: "0", OPENROUTER_API_KEYS: testKey(0) }],
] as const)(
  "a %s with the longest grace that it takes stops in order",
  async (name, environment) => {
    const app = await startApp(name, {
      REDIS_URL: inject("redisUrl"),
      REDIS_PREFIX: `test-${randomUUID()}`,
      OPENROUTER_BASE_URL: "http://127.0.0.1:1",
      SHUTDOWN_GRACE_MS: String(2 ** 31 - 1),
      ...environment,
    });
    onTestFinished(() => app.kill());
    expect(await app.stop()).toBe(0);
    expect(app.output.join("\n")).not.toMatch(/took too long|Overflow/);
  },
);
