import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { chat } from "../support/chat.ts";
import { type Stack, startStack } from "../support/stack.ts";

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ redisUrl: inject("redisUrl"), gateways: 0 });
});
afterAll(() => stack?.stop());

test.for([1, 2, 3, 4])(
  "a gateway serves as soon as it says that it is ready (%i)",
  async () => {
    const { url } = await stack.startGateway();
    expect((await chat(url)).status).toBe(200);
  },
);
