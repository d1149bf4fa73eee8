import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { burst, chat, countStatuses } from "../../support/clients/chat.ts";
import { untilModelsKnown } from "../../support/clients/models-known.ts";
import { send } from "../../support/clients/send.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

const names = ["a", "b", "c", "d", "e", "f"].map((name) => `${name}/m:free`);
const [a = "", b = "", c = "", d = "", e = "", f = ""] = names;

let stack: Stack;
let url: string;
beforeAll(async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 3,
    perMinute: 1_000,
    perDay: 10_000,
    simulator: {
      models: Object.fromEntries(names.map((name) => [name, {}])),
    },
    env: { MODEL_ALIASES: `fast=${e}|${f}` },
  });
  url = stack.url;
  await untilModelsKnown(url);
});
afterAll(() => stack?.stop());

/** Sends a body as it is, and tells what OpenRouter got. */
async function sendBody(body: string, path = "/chat/completions") {
  const before = (await stack.simulator.calls({ path })).length;
  const answer = await send(`${url}/v1${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
  const calls = (await stack.simulator.calls({ path })).slice(before);
  return { answer, calls };
}

const sha = (text: string) => createHash("sha256").update(text).digest("hex");
const messages = '"messages":[{"role":"user","content":"Hel\\u006co 1.0"}]';

test("with nothing skipped a chain is sent byte for byte", async () => {
  const body = `{ "model":"${a}",\t"models" : ["${a}", "${b}"] , ${messages}, "seed":1.0e1 }`;
  const { answer, calls } = await sendBody(body);
  expect(answer.status).toBe(200);
  expect(answer.headers.get("x-model")).toBe(a);
  expect(calls.map(({ bodySha256 }) => bodySha256)).toEqual([sha(body)]);
});

/** Has OpenRouter refuse a model, until it is known that the model cools down. */
async function coolDown(model: string) {
  await stack.simulator.script([
    {
      match: { model },
      fault: { kind: "429-provider-pool", retryAfterSeconds: 60 },
    },
  ]);
  const leaving = new AbortController();
  const asked = chat(url, { model, signal: leaving.signal }).catch(
    () => undefined,
  );
  await until(`${model} cools down`, () =>
    stack.workers.some(({ output }) =>
      output.some(
        (line) =>
          line.includes("until its model has cooled down") &&
          line.includes(model),
      ),
    ),
  );
  leaving.abort();
  await asked;
}

test("a chain goes out with its first model that is up, and keeps the rest of the body", async ({
  annotate,
}) => {
  await coolDown(c);
  const startedAt = performance.now();
  const { answer, calls } = await sendBody(
    `{"models":[ "${c}","${d}","${a}" ], ${messages}}`,
  );
  await annotate(
    `answered ${Math.round(performance.now() - startedAt)} ms after it was sent, while the first model cools down for 60 s`,
  );
  expect(answer.headers.get("x-model")).toBe(d);
  expect(calls.map(({ bodySha256 }) => bodySha256)).toEqual([
    sha(`{"models":["${d}","${a}"], ${messages}}`),
  ]);
  const many = await burst(url, 20, () => ({
    model: c,
    extra: { models: [c, d] },
  }));
  expect(countStatuses(many)).toEqual({ 200: 20 });
  expect(await stack.simulator.calls({ model: c })).toHaveLength(1);
});

test("Anthropic's fallbacks are a chain, too", async () => {
  const { answer, calls } = await sendBody(
    `{"model":"${c}","fallbacks":[{"model":"${a}"}],"max_tokens":9,${messages}}`,
    "/messages",
  );
  expect(answer.status).toBe(200);
  expect(answer.headers.get("x-model")).toBe(a);
  expect(calls).toHaveLength(1);
});

test("a model that fails hands the request to the next one at once", async () => {
  await stack.simulator.script([
    { match: { model: e }, fault: { kind: "503" } },
  ]);
  const { answer, calls } = await sendBody(`{"model":"fast",${messages}}`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get("x-model")).toBe(f);
  expect(answer.headers.get("x-attempts")).toBe("2");
  expect(calls.map(({ model }) => model)).toEqual([e, f]);
});

test("an alias stands for its models, and is listed", async () => {
  const first = await sendBody(`{"model":"fast",${messages}}`);
  expect(first.answer.headers.get("x-model")).toBe(e);
  expect(first.calls[0]?.bodySha256).toBe(sha(`{"model":"${e}",${messages}}`));
  await stack.simulator.script([
    { match: { model: e }, fault: { kind: "429-provider-pool" } },
  ]);
  const second = await sendBody(`{"model":"fast",${messages}}`);
  expect(second.answer.headers.get("x-model")).toBe(f);
  const list = (await send(`${url}/v1/models`)).body as {
    data: { id: string }[];
  };
  const ids = list.data.map(({ id }) => id);
  expect(ids).toEqual(expect.arrayContaining(["fast", "pool/auto", a]));
  expect(ids).not.toContain("openai/gpt-4o-mini");
});

test("pool/auto takes a free model that fits", async () => {
  const { answer, calls } = await sendBody(`{"model":"pool/auto",${messages}}`);
  expect(answer.status).toBe(200);
  expect(calls).toHaveLength(1);
  expect(calls[0]?.model).toBe(answer.headers.get("x-model"));
  expect(calls[0]?.model).toMatch(/:free$/);
});

test.for([
  ["a paid model", { model: "openai/gpt-4o-mini" }],
  ["a paid member of a chain", { model: a, models: ["openai/gpt-4o-mini"] }],
  [
    "a paid fallback",
    { model: a, fallbacks: [{ model: "anthropic/claude-sonnet-4" }] },
  ],
  ["openrouter/auto", { model: "openrouter/auto" }],
  ["openrouter/auto as a variant", { model: "openrouter/auto:free" }],
  ["a preset", { model: "@preset/mine:free" }],
  [
    "a paid model behind an unknown one",
    { model: "nobody/nothing", models: ["openai/gpt-4o-mini"] },
  ],
  [
    "a provider's own tool",
    { model: a, tools: [{ type: "image_generation" }] },
  ],
  [
    "a plugin without a name",
    { model: a, plugins: [{ id: { toString: 1, valueOf: 1 } }] },
  ],
  [":online", { model: `${a}:online` }],
  ["the web plugin", { model: a, plugins: [{ id: "web" }] }],
  [
    "a paid file engine",
    {
      model: a,
      plugins: [{ id: "file-parser", pdf: { engine: "mistral-ocr" } }],
    },
  ],
  ["a plugin that nobody knows", { model: a, plugins: [{ id: "new-thing" }] }],
  ["web_search_options", { model: a, web_search_options: {} }],
  ["a server tool", { model: a, tools: [{ type: "openrouter:web_search" }] }],
] as const)("%s is refused without a call", async ([, extra]) => {
  const body = JSON.stringify({
    messages: [{ role: "user", content: "Hi" }],
    ...extra,
  });
  const { answer, calls } = await sendBody(body);
  expect(answer.status).toBe(403);
  expect(answer.body).toMatchObject({
    error: { code: 403, type: "not_free", metadata: { reason: "not-free" } },
  });
  expect(calls).toEqual([]);
  expect((await stack.simulator.bill()).total).toBe(0);
});

test("fallbacks of an odd form are refused", async () => {
  const fallbacks = [{ model: { toString: 1, valueOf: 1 } }];
  const body = { model: "fast", fallbacks, messages: [{ role: "user" }] };
  const { answer, calls } = await sendBody(JSON.stringify(body));
  expect(answer.status).toBe(400);
  expect(calls).toEqual([]);
});

test("pool/auto goes on where an account's settings refuse its first choice", async () => {
  const ask = () => sendBody(`{"model":"pool/auto",${messages}}`);
  const [first = ""] = [(await ask()).answer.headers.get("x-model") ?? ""];
  const { accounts } = await stack.simulator.settings({});
  await stack.simulator.settings({
    accounts: Object.fromEntries(
      Object.keys(accounts).map((id) => [id, { refusedModels: [first] }]),
    ),
  });
  const refused = await ask();
  expect(refused.answer.status).toBe(200);
  expect(refused.answer.headers.get("x-model")).not.toBe(first);
  const again = await ask();
  expect(again.answer.status).toBe(200);
  expect(again.calls).toHaveLength(1);
});

test.for([
  [
    "a plugin that is switched off",
    { plugins: [{ id: "web", enabled: false }] },
  ],
  [
    "a free file engine",
    { plugins: [{ id: "file-parser", pdf: { engine: "pdf-text" } }] },
  ],
  [
    "a function",
    { tools: [{ type: "function", function: { name: "web_search" } }] },
  ],
  ["empty lists", { plugins: [], tools: [] }],
] as const)("%s costs nothing", async ([, extra]) => {
  const answer = await chat(url, { model: a, extra });
  expect(answer.status).toBe(200);
});
