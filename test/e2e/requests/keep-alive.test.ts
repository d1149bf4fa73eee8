import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { chat } from "../../support/clients/chat.ts";
import { dialectPaths, postDialect } from "../../support/clients/dialects.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

const commentMs = 200;
const headers = { "x-keep-alive": "whitespace" };

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    perMinute: 1_000,
    env: { STREAM_COMMENT_MS: String(commentMs), MAX_ATTEMPTS: "1" },
    simulator: { latencyMs: 4 * commentMs },
    models: dialectPaths.map((path) => `cooling${path}:free`),
  });
});
afterAll(() => stack?.stop());

test("white space keeps the line open, and the answer follows as OpenRouter sent it", async () => {
  const plain = await chat(stack.url, { marker: "plain" });
  expect(plain.text).toMatch(/^\{/);
  const kept = await chat(stack.url, { marker: "kept", headers });
  expect(kept.status).toBe(200);
  expect(kept.headers.get("content-type")).toMatch(/^application\/json/);
  expect(kept.text).toMatch(/^\n{2,}\{/);
  expect(Object.keys(kept.body as object)).toEqual(
    Object.keys(plain.body as object),
  );
});

test("the first white space comes long before the answer", async () => {
  const response = await postDialect(stack.url, "/chat/completions", {
    headers,
  });
  const reader = response.body?.getReader();
  const startedAt = performance.now();
  const first = await reader?.read();
  expect(Buffer.from(first?.value ?? "").toString()).toBe("\n");
  for (;;) {
    const { done } = (await reader?.read()) ?? { done: true };
    if (done) break;
  }
  expect(performance.now() - startedAt).toBeGreaterThan(commentMs);
});

test.for(dialectPaths)(
  "an error of OpenRouter's comes in the body of a 200: %s",
  async (path) => {
    await stack.simulator.script([
      { match: { path }, times: 1, fault: { kind: "embedded-error" } },
    ]);
    const response = await postDialect(stack.url, path, { headers });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      error: { message: expect.stringMatching(/./) },
    });
  },
);

test.for(dialectPaths)(
  "an error of ours comes in the body of a 200, in the form of its dialect: %s",
  async (path) => {
    const model = `cooling${path}:free`;
    await stack.simulator.settings({
      models: {
        [model]: {
          fault: { kind: "429-provider-pool", retryAfterSeconds: 60 },
        },
      },
    });
    const response = await postDialect(stack.url, path, {
      model,
      headers: { ...headers, "x-max-wait-ms": "2000" },
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject(
      path === "/messages"
        ? { type: "error", error: { type: "timeout_error" } }
        : { error: { code: 504, metadata: { reason: "waited-out" } } },
    );
  },
);

test("what is refused before the first white space keeps its status", async () => {
  const refused = await postDialect(stack.url, "/chat/completions", {
    headers,
    extra: { messages: [] },
  });
  expect(refused.status).toBe(400);
  const misspelt = await postDialect(stack.url, "/chat/completions", {
    headers: { "x-keep-alive": "timeout=5" },
  });
  expect(misspelt.status).toBe(400);
  expect(await misspelt.text()).toContain("wants whitespace");
});

test("a client that hangs up meanwhile has its call aborted", async () => {
  const client = new AbortController();
  const marker = "hang-up";
  await stack.simulator.settings({ latencyMs: 10_000 });
  const asking = chat(stack.url, { marker, headers, signal: client.signal });
  asking.catch(() => undefined);
  await until("the call is under way", async () => {
    const [call] = await stack.simulator.calls({ marker });
    return call;
  });
  await sleep(3 * commentMs);
  client.abort();
  await until("the call is aborted", async () => {
    const [call] = await stack.simulator.calls({ marker });
    return call?.abortedAt;
  });
  await stack.simulator.settings({ latencyMs: 0 });
  expect((await chat(stack.url)).status).toBe(200);
});
