import { Agent, fetch as undiciFetch } from "undici";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { testModel } from "../../support/clients/chat.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";

/** In place of undici's 300 s and the default's 240 s. */
const headersTimeout = 3_000;
const keepAliveMs = 1_000;
/** undici checks its time-outs once a second or so. */
const latencyMs = 6_000;

let stack: Stack;
let agent: Agent;
beforeAll(async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    perMinute: 1_000,
    env: { PLAIN_KEEP_ALIVE_MS: String(keepAliveMs) },
    simulator: { latencyMs },
  });
  agent = new Agent({ headersTimeout });
});
afterAll(async () => {
  await agent?.close();
  await stack?.stop();
});

function ask(headers: Record<string, string>) {
  return undiciFetch(`${stack.url}/v1/chat/completions`, {
    method: "POST",
    dispatcher: agent,
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({
      model: testModel,
      messages: [{ role: "user", content: "Hello" }],
    }),
  });
}

test.concurrent.for([
  ["undici's own", {}],
  ["Node's fetch", { "user-agent": "node" }],
  [
    "OpenAI's client",
    { "user-agent": "OpenAI/JS 7.57.0", "x-stainless-runtime": "node" },
  ],
  [
    "the AI SDK",
    { "user-agent": "ai/7.0.1 ai-sdk/provider-utils/5.0.1 runtime/node.js/24" },
  ],
  ["LangChain", { "user-agent": "langchainjs-openai/1.0.0" }],
] as const)(
  "a client on Node.js outlives its time-out for headers: %s",
  async ([, headers], { expect }) => {
    const response = await ask(headers);
    expect(response.status).toBe(200);
    const text = await response.text();
    expect(text).toMatch(/^\n+\{/);
    expect(JSON.parse(text).object).toBe("chat.completion");
  },
);

test.concurrent.for([
  ["Python's client", { "user-agent": "OpenAI/Python 2.1.0" }],
  [
    "OpenAI's client on another runtime",
    { "user-agent": "OpenAI/JS 7.57.0", "x-stainless-runtime": "bun" },
  ],
  ["curl", { "user-agent": "curl/8.5.0" }],
  ["X-Keep-Alive: none", { "user-agent": "node", "x-keep-alive": "none" }],
] as const)(
  "nothing is sent before the status to others: %s",
  async ([, headers], { expect }) => {
    // This client, which is on Node.js after all, gives up.
    await expect(ask(headers)).rejects.toMatchObject({
      cause: { code: "UND_ERR_HEADERS_TIMEOUT" },
    });
  },
);

test("an error that comes before the first white space keeps its status", async () => {
  await stack.simulator.script([{ fault: { kind: "400" } }]);
  const response = await ask({ "user-agent": "node" });
  expect(response.status).toBe(400);
  await response.text();
});
