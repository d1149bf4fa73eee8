import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { Fault } from "../../simulator/start-simulator.ts";
import { chat } from "../../support/clients/chat.ts";
import { streamChat } from "../../support/clients/stream-chat.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 3,
    perMinute: 10_000,
    perDay: 100_000,
    env: { MAX_ATTEMPTS: "2" },
  });
});
afterAll(() => stack?.stop());

const json = { "Content-Type": "application/json" };
const good = JSON.stringify({
  id: "gen-1",
  choices: [{ index: 0, message: { role: "assistant", content: "fine" } }],
});

function custom(status: number, body: string, headers: object = json): Fault {
  return { kind: "custom", status, headers: { ...headers }, body };
}

const nothings: [title: string, fault: Fault][] = [
  ["an error that is a text", custom(200, '{"error":"overloaded"}')],
  [
    "a choice that ended with an error",
    custom(
      200,
      '{"choices":[{"finish_reason":"error","message":{"content":""}}]}',
    ),
  ],
  ["an empty object", custom(200, "{}")],
  ["no choices", custom(200, '{"choices":[]}')],
  ["choices of null", custom(200, '{"choices":null}')],
  ["null", custom(200, "null")],
  ["a page", custom(200, "<html></html>", { "Content-Type": "text/html" })],
  ["a stream", custom(200, "data: [DONE]\n\n")],
  ["a page that blocks", custom(403, "<!DOCTYPE html><title>Blocked</title>")],
  ["a page that is not there", custom(404, "<html></html>")],
  ["a redirect", custom(307, "<html>", { Location: "https://example.com/" })],
  ["a 302", custom(302, "")],
  ["a 304", custom(304, "")],
  ["a 600", custom(600, "six")],
  ["a 999", custom(999, "<html>")],
];

test.for(nothings)(
  "%s is tried again, then told in one JSON envelope",
  async ([title, fault]) => {
    const { url, simulator } = stack;
    const [once, always] = [`once ${title}`, `always ${title}`];
    await simulator.script([
      { match: { marker: once }, fault },
      { match: { marker: always }, times: 9, fault },
    ]);
    const healed = await chat(url, { marker: once });
    const failed = await chat(url, { marker: always });
    expect(healed.status).toBe(200);
    expect(failed.status).toBe(502);
    expect(failed.headers.get("content-type")).toMatch(/^application\/json/);
    expect(failed.body).toMatchObject({
      error: { code: 502, message: expect.stringMatching(/./) },
    });
    expect(await simulator.calls({ marker: always })).toHaveLength(2);
  },
);

test("a redirect is told with its target", async () => {
  const marker = "redirect";
  const fault = custom(301, "", { Location: "https://example.com/api" });
  await stack.simulator.script([{ match: { marker }, times: 9, fault }]);
  const { text } = await chat(stack.url, { marker });
  expect(text).toContain(
    "OpenRouter answered 301, a redirect to https://example.com/api",
  );
});

test("an account's limit that comes as a word inside a 200 parks the account", async () => {
  const marker = "word";
  const body = JSON.stringify({
    error: {
      code: "rate_limit_exceeded",
      message: "Rate limit exceeded: free-models-per-min. ",
    },
  });
  await stack.simulator.script([
    { match: { marker }, fault: custom(200, body) },
  ]);
  const answer = await chat(stack.url, { marker });
  const [first, second] = await stack.simulator.calls({ marker });
  expect(answer.status).toBe(200);
  expect(second?.account).not.toBe(first?.account);
});

test.for(["gzip", "deflate", "deflate-raw", "br", "zstd"] as const)(
  "an answer in %s, which nobody asked for, is read",
  async (encoding) => {
    const { url, simulator } = stack;
    const error = '{"error":{"code":400,"message":"No such thing"}}';
    for (const [status, body] of [
      [200, good],
      [400, error],
    ] as const) {
      const marker = `${encoding} ${status}`;
      const fault = { ...custom(status, body), encoding } as Fault;
      await simulator.script([{ match: { marker }, fault }]);
      const answer = await chat(url, { marker });
      expect(answer.status).toBe(status);
      expect(answer.text).toBe(body);
      expect(answer.headers.get("x-attempts")).toBe("1");
    }
  },
);

test("a byte order mark in front of the JSON is left out", async () => {
  const marker = "mark";
  const fault = custom(200, `\uFEFF${good}`);
  await stack.simulator.script([{ match: { marker }, fault }]);
  const answer = await chat(stack.url, { marker });
  expect(answer.text).toBe(good);
});

test("headers that are not fit to be sent on are left out", async () => {
  const marker = "headers";
  const fault = custom(200, good, {
    "Content-Type": "json, \xff",
    "X-Generation-Id": "gen \xe9",
    "Retry-After": "soon \xff",
  });
  await stack.simulator.script([{ match: { marker }, fault }]);
  const answer = await chat(stack.url, { marker });
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toMatch(/^application\/json/);
  expect(answer.headers.has("x-generation-id")).toBe(false);
  expect(answer.headers.has("retry-after")).toBe(false);
});

const role = 'data: {"choices":[{"index":0,"delta":{"role":"assistant"}}]}\n\n';
const words = 'data: {"choices":[{"index":0,"delta":{"content":"fine"}}]}\n\n';
const ending = "data: [DONE]\n\n";
const failure = 'data: {"error":{"code":502,"message":"Gone"}}\n\n';
const events = { "Content-Type": "text/event-stream" };

test.for([
  ["a role", role],
  ["an empty data line", "data:\n\n"],
  ["a ping", "event: ping\ndata: {}\n\n"],
  ["comments and empty choices", ': hello\n\ndata: {"choices":[]}\n\n'],
] as const)(
  "a stream that fails behind %s is called again",
  async ([title, opening]) => {
    for (const end of [failure, "", 'data: {"id":"gen-']) {
      const marker = `${title} ${end}`;
      const fault = custom(200, opening + end, events);
      await stack.simulator.script([{ match: { marker }, fault }]);
      const result = await streamChat(`${stack.url}/v1`, { marker });
      const text = result.bytes.toString();
      expect(text).toContain('"content":"Hel"');
      expect(text).not.toContain("Gone");
      expect(await stack.simulator.calls({ marker })).toHaveLength(2);
    }
  },
);

test.for([
  ["text/plain", { "Content-Type": "text/plain" }],
  ["no label", {}],
  ["a malformed label", { "Content-Type": "text/event-stream; ;" }],
] as const)(
  "a stream under %s arrives as a stream",
  async ([title, headers]) => {
    const fault = custom(200, role + words + ending, headers);
    const marker = `label ${title}`;
    await stack.simulator.script([{ match: { marker }, fault }]);
    const result = await streamChat(`${stack.url}/v1`, { marker });
    expect(result.headers.get("content-type")).toMatch(/^text\/event-stream/);
    expect(result.bytes.toString()).toBe(role + words + ending);
  },
);

test.for([
  ["its own label", json],
  ["the label of a stream", events],
] as const)(
  "JSON under %s where a stream was asked for is the answer",
  async ([title, headers]) => {
    const marker = `json ${title}`;
    const fault = custom(200, good, headers);
    await stack.simulator.script([{ match: { marker }, fault }]);
    const result = await streamChat(`${stack.url}/v1`, { marker });
    expect(result.bytes.toString()).toContain("fine");
    expect(await stack.simulator.calls({ marker })).toHaveLength(1);
  },
);
