import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { chat } from "../../support/clients/chat.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";

const clients = {
  alice: { authorization: "Bearer a-key-that-is-long-enough" },
  bob: { authorization: "Bearer another-key-that-is-long" },
};

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    perMinute: 1_000,
    env: {
      RESPONSE_CACHE_TTL_SECONDS: "600",
      GATEWAY_API_KEYS:
        "alice=a-key-that-is-long-enough,bob=another-key-that-is-long",
    },
  });
});
afterAll(() => stack?.stop());

async function ask(url: string, client: keyof typeof clients, content: string) {
  const headers = clients[client];
  const answer = await chat(url, { marker: content, content, headers });
  expect(answer.status).toBe(200);
  return answer.headers.get("x-cache");
}

test("a kept answer of one client is not given to another", async () => {
  const { url } = stack;
  const content = "apart";
  expect(await ask(url, "alice", content)).toBe("MISS");
  expect(await ask(url, "bob", content)).toBe("MISS");
  expect(await ask(url, "alice", content)).toBe("HIT");
  expect(await ask(url, "bob", content)).toBe("HIT");
  expect(await stack.simulator.calls({ marker: content })).toHaveLength(2);
});

test("equal requests of two clients at the same time are two calls", async () => {
  const { url, simulator } = stack;
  await simulator.settings({ latencyMs: 500 });
  const content = "at-once";
  const asked = ["alice", "alice", "bob", "bob"] as const;
  await Promise.all(asked.map((client) => ask(url, client, content)));
  await simulator.settings({ latencyMs: 0 });
  expect(await simulator.calls({ marker: content })).toHaveLength(2);
});

test("RESPONSE_CACHE_SHARED=true gives kept answers to all clients", async () => {
  const { url } = await stack.startGateway({ RESPONSE_CACHE_SHARED: "true" });
  const content = "shared";
  expect(await ask(url, "alice", content)).toBe("MISS");
  expect(await ask(url, "bob", content)).toBe("HIT");
  expect(await stack.simulator.calls({ marker: content })).toHaveLength(1);
});
