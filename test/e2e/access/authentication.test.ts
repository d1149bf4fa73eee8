import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { chat } from "../../support/clients/chat.ts";
import { exchange } from "../../support/network/exchange.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

const aliceKey = "alice-key-0123456789";
const bobKey = "bob-key-0123456789";

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    env: { GATEWAY_API_KEYS: `alice=${aliceKey},bob=${bobKey}` },
  });
});
afterAll(() => stack?.stop());

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${stack.url}${path}`, { headers });

test.for([
  ["a bearer token", { authorization: `Bearer ${aliceKey}` }],
  ["x-api-key, as Anthropic's clients send it", { "x-api-key": aliceKey }],
] as const)("%s opens the gateway", async ([, headers]) => {
  expect((await chat(stack.url, { headers })).status).toBe(200);
  expect((await get("/v1/models", headers)).status).toBe(200);
  expect((await get("/api/v1/keys/status", headers)).status).toBe(200);
});

test.for([
  ["no key", {}, /required/],
  ["a wrong key", { authorization: "Bearer wrong" }, /not known/],
  ["another scheme", { authorization: `Basic ${aliceKey}` }, /required/],
  ["the name instead of the key", { "x-api-key": "alice" }, /not known/],
] as const)("%s is a 401", async ([, headers, message]) => {
  const result = await chat(stack.url, { headers, marker: "refused" });
  expect(result.status).toBe(401);
  expect(result.headers.get("www-authenticate")).toBe("Bearer");
  expect(result.body).toMatchObject({
    error: {
      code: 401,
      type: "authentication_error",
      message: expect.stringMatching(message),
    },
  });
  for (const path of [
    "/v1/models",
    "/v1/models/a/b",
    "/api/v1/keys/status",
    "/v1/nothing",
  ]) {
    expect((await get(path, headers)).status).toBe(401);
  }
  expect(await stack.simulator.calls({ marker: "refused" })).toEqual([]);
});

test.for([
  ["401 of a client without a key", 401, {}],
  ["413 of one with a key", 413, { "x-api-key": aliceKey }],
] as const)(
  "the %s arrives although a large body was sent and the connection is closed",
  async ([, status, headers]) => {
    const closing = { "content-type": "application/json", connection: "close" };
    const body = "x".repeat(20 * 2 ** 20);
    for (let tries = 0; tries < 10; tries += 1) {
      const refused = await exchange(
        `${stack.url}/v1/chat/completions`,
        { method: "POST", headers: { ...closing, ...headers } },
        body,
      );
      expect(refused.status).toBe(status);
    }
  },
);

test("health and readiness stay open", async () => {
  expect((await get("/health")).status).toBe(200);
  await until("it is ready", async () => (await get("/ready")).ok);
});

test("one line of the log tells who asked for what and how it went; no key is in it", async () => {
  const requestId = "req-authentication-log";
  await chat(stack.url, {
    headers: { "x-api-key": bobKey, "x-request-id": requestId },
  });
  const gateway = stack.gateways[0];
  const line = await until("the line is written", () =>
    gateway
      ?.logged("Completion finished")
      .find((entry) => entry.requestId === requestId),
  );
  expect(line).toMatchObject({
    level: "info",
    client: "bob",
    path: "/chat/completions",
    model: "test/model:free",
    stream: false,
    status: 200,
    attempts: 1,
    queueMs: expect.any(Number),
    upstreamMs: expect.any(Number),
    totalMs: expect.any(Number),
  });
  const log = [...stack.gateways, ...stack.workers]
    .flatMap(({ output }) => output)
    .join("\n");
  expect(log).not.toContain(aliceKey);
  expect(log).not.toContain(bobKey);
});

test("a client's own key never reaches OpenRouter", async () => {
  await chat(stack.url, {
    marker: "forwarded",
    headers: { authorization: `Bearer ${aliceKey}`, "x-api-key": aliceKey },
  });
  const calls = await stack.simulator.calls({ marker: "forwarded" });
  expect(calls).toHaveLength(1);
  expect(stack.env.OPENROUTER_API_KEYS?.split(",")).toContain(calls[0]?.key);
  expect(JSON.stringify(calls)).not.toContain(aliceKey);
});

test("a gateway that is open to the network without keys warns", async () => {
  const open = await stack.startGateway({
    GATEWAY_API_KEYS: "",
    HOST: "0.0.0.0",
  });
  const closed = await stack.startGateway({ HOST: "0.0.0.0" });
  const local = await stack.startGateway({ GATEWAY_API_KEYS: "" });
  const warning =
    "Anybody who reaches this address may use the pool: set GATEWAY_API_KEYS";
  expect(open.logged(warning)).toHaveLength(1);
  expect(closed.logged(warning)).toHaveLength(0);
  expect(local.logged(warning)).toHaveLength(0);
  expect(new URL(local.url).hostname).toBe("127.0.0.1");
});
