import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { chat } from "../support/chat.ts";
import {
  type ConnectProxy,
  startConnectProxy,
} from "../support/connect-proxy.ts";
import { send } from "../support/send.ts";
import { type Stack, startStack } from "../support/stack.ts";

let proxy: ConnectProxy;
let stack: Stack;
let target: string;
beforeAll(async () => {
  proxy = await startConnectProxy();
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    env: { HTTP_PROXY: proxy.url },
  });
  target = new URL(stack.simulator.origin).host;
});
afterAll(async () => {
  await stack?.stop();
  await proxy?.stop();
});

test("calls, questions about keys and the list of models go through the proxy", async () => {
  const answer = await chat(stack.url);
  const models = await send(`${stack.url}/v1/models`);
  expect([answer.status, models.status]).toEqual([200, 200]);
  const asked = proxy.asked.filter((line) => line.includes(target));
  const paths = asked.map((line) => line.split(target)[1]);
  expect(paths).toEqual(
    expect.arrayContaining([
      "/api/v1/key",
      "/api/v1/chat/completions",
      "/api/v1/models",
    ]),
  );
});

test("hosts in NO_PROXY are called directly", async () => {
  const gateway = await stack.startGateway({ NO_PROXY: "127.0.0.1" });
  const before = proxy.asked.length;
  expect((await send(`${gateway.url}/v1/models`)).status).toBe(200);
  expect(proxy.asked).toHaveLength(before);
});
