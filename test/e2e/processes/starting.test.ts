import { afterEach, expect, inject, test } from "vitest";
import { chat } from "../../support/clients/chat.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";

let stack: Stack | undefined;
afterEach(() => stack?.stop());

test("a gateway that says that it is ready answers the very next request", async () => {
  stack = await startStack({ redisUrl: inject("redisUrl"), gateways: 0 });
  for (let round = 0; round < 3; round += 1) {
    const { url } = await stack.startGateway();
    expect((await chat(url)).status).toBe(200);
  }
});

test("a gateway starts without Redis, and says so to those who ask", async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    workers: 0,
    gateways: 0,
  });
  const gateway = await stack.startGateway({
    REDIS_URL: "redis://127.0.0.1:1",
    REDIS_GRACE_MS: "500",
  });
  expect((await chat(gateway.url)).status).toBe(503);
  await gateway.kill();
});
