import OpenAI from "openai";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { testModel } from "../../support/clients/chat.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

const keyOfA = "sk-client-a";
const keyOfB = "sk-client-b";

let stack: Stack;
let openai: OpenAI;

beforeAll(async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 1,
    perMinute: 20,
    windowMs: 1_000,
    perDay: 100_000,
    env: {
      GATEWAY_API_KEYS: `a=${keyOfA},b=${keyOfB}`,
      ASYNC_MAX_OPEN_PER_CLIENT: "3",
    },
  });
  openai = new OpenAI({ baseURL: `${stack.url}/v1`, apiKey: keyOfA });
});
afterAll(() => stack?.stop());

const order = { model: testModel, input: "Hello", background: true } as const;

function untilStatus(id: string, status: string, client = openai) {
  return until(`the response is ${status}`, async () => {
    const response = await client.responses.retrieve(id);
    return response.status === status ? response : undefined;
  });
}

function send(path: string, init: RequestInit = {}, key = keyOfA) {
  return fetch(`${stack.url}${path}`, {
    ...init,
    headers: {
      "content-type": "application/json",
      authorization: `Bearer ${key}`,
      ...init.headers,
    },
  });
}

const chatBody = {
  model: testModel,
  messages: [{ role: "user", content: "Hello" }],
};

function askLater(body: object = chatBody, headers = {}) {
  return send("/v1/chat/completions", {
    method: "POST",
    body: JSON.stringify(body),
    headers: { prefer: "respond-async", ...headers },
  });
}

/** Calls take so long from now on. */
const latency = (latencyMs: number) => stack.simulator.settings({ latencyMs });

test("OpenAI's SDK creates a response and retrieves it until it is completed", async () => {
  // Long enough to be seen on a slow machine.
  await latency(3_000);
  const created = await openai.responses.create(order);
  expect(created).toMatchObject({
    object: "response",
    status: "queued",
    background: true,
    output: [],
  });
  await untilStatus(created.id, "in_progress");
  const completed = await untilStatus(created.id, "completed");
  expect(completed).toMatchObject({ id: created.id, background: true });
  expect(completed.output_text).toContain("Hello");
  const calls = await stack.simulator.calls();
  expect(calls).toHaveLength(1);

  await openai.responses.delete(created.id);
  await expect(openai.responses.retrieve(created.id)).rejects.toThrow(
    OpenAI.NotFoundError,
  );
  await latency(0);
});

test("a cancelled response stays cancelled, and its call is broken off", async () => {
  await latency(20_000);
  const { id } = await openai.responses.create(order);
  await untilStatus(id, "in_progress");
  expect(await openai.responses.cancel(id)).toMatchObject({
    id,
    status: "cancelled",
  });
  await until("the call is broken off", async () => {
    const { aborted } = await stack.simulator.summary();
    return aborted === 1;
  });
  expect(await openai.responses.cancel(id)).toMatchObject({
    status: "cancelled",
  });
  expect((await openai.responses.retrieve(id)).status).toBe("cancelled");
  await latency(0);
});

test("a refused response has failed and says why", async () => {
  await stack.simulator.settings({
    models: { "test/refused:free": { fault: { kind: "400" } } },
  });
  const { id } = await openai.responses.create({
    ...order,
    model: "test/refused:free",
  });
  const failed = await untilStatus(id, "failed");
  expect(failed.error?.message).toBeTruthy();
});

test("Prefer: respond-async gives a place to ask at, and there the answer byte for byte", async () => {
  await latency(1_500);
  const accepted = await askLater();
  expect(accepted.status).toBe(202);
  expect(accepted.headers.get("preference-applied")).toBe("respond-async");
  const place = accepted.headers.get("location") ?? "";
  expect(place).toMatch(/^\/v1\/requests\/request_[0-9a-f]{48}$/);
  const waiting = await send(place);
  expect(waiting.status).toBe(202);
  expect(Number(waiting.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(await waiting.json()).toMatchObject({
    object: "request",
    endpoint: "/v1/chat/completions",
  });

  const answer = await until("the answer is there", async () => {
    const response = await send(place);
    return response.status === 202 ? undefined : response;
  });
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toContain("application/json");
  expect(answer.headers.get("x-attempts")).toBe("1");
  const text = await answer.text();
  expect(JSON.parse(text)).toMatchObject({ object: "chat.completion" });
  expect(await (await send(place)).text()).toBe(text);
  await latency(0);

  expect(await (await send(place, { method: "DELETE" })).json()).toMatchObject({
    deleted: true,
  });
  expect((await send(place)).status).toBe(404);
});

test("one that waits in line says its place", async () => {
  const busy = Array.from({ length: 25 }, () =>
    send(
      "/v1/chat/completions",
      { method: "POST", body: JSON.stringify(chatBody) },
      keyOfB,
    ),
  );
  const place = await until("one has to wait", async () => {
    const accepted = await askLater();
    const path = accepted.headers.get("location") ?? "";
    const waiting = await send(path);
    const position = Number(waiting.headers.get("x-queue-position"));
    if (waiting.status === 202 && position > 0) {
      expect(await waiting.json()).toMatchObject({ position });
      return path;
    }
    await send(path, { method: "DELETE" });
    return undefined;
  });
  await send(place, { method: "DELETE" });
  await Promise.all(busy);
});

test("an error is an answer, too: with its status, in the form of its dialect", async () => {
  await stack.simulator.settings({
    models: { "test/refused:free": { fault: { kind: "400" } } },
  });
  const accepted = await askLater({ ...chatBody, model: "test/refused:free" });
  const place = accepted.headers.get("location") ?? "";
  const answer = await until("the answer is there", async () => {
    const response = await send(place);
    return response.status === 202 ? undefined : response;
  });
  expect(answer.status).toBe(400);
  expect(await answer.json()).toHaveProperty("error");
});

test("what belongs to another client is not there", async () => {
  const { id } = await openai.responses.create(order);
  const accepted = await askLater();
  const place = accepted.headers.get("location") ?? "";
  for (const [path, method] of [
    [`/v1/responses/${id}`, "GET"],
    [`/v1/responses/${id}/cancel`, "POST"],
    [`/v1/responses/${id}`, "DELETE"],
    [place, "GET"],
    [`${place}/cancel`, "POST"],
    [place, "DELETE"],
  ] as const) {
    expect((await send(path, { method }, keyOfB)).status).toBe(404);
  }
  await untilStatus(id, "completed");
  // The next tests count what is open.
  await until(
    "both have ended",
    async () => (await send(place)).status !== 202,
  );
  expect((await send("/v1/responses/resp_nowhere")).status).toBe(404);
});

test("a stream in the background is refused", async () => {
  const body = JSON.stringify({ ...order, stream: true });
  const refused = await send("/v1/responses", { method: "POST", body });
  expect(refused.status).toBe(400);
  expect(await refused.json()).toMatchObject({
    error: { message: expect.stringContaining("background") },
  });
  expect((await askLater({ ...chatBody, stream: true })).status).toBe(400);
});

test("a client has so many open at a time, and one for each Idempotency-Key", async () => {
  await latency(20_000);
  const headers = { "idempotency-key": "once" };
  const [first, again] = [
    await askLater(chatBody, headers),
    await askLater(chatBody, headers),
  ];
  const place = first.headers.get("location") ?? "";
  expect(again.headers.get("location")).toBe(place);
  const other = { ...chatBody, temperature: 0 };
  expect((await askLater(other, headers)).status).toBe(422);
  const open = [place];
  for (let i = 0; i < 2; i += 1) {
    open.push((await askLater()).headers.get("location") ?? "");
  }
  const refused = await askLater();
  expect(refused.status).toBe(429);
  expect(await refused.json()).toMatchObject({
    error: { metadata: { reason: "client-queue-full" } },
  });
  for (const each of open) {
    const cancelled = await send(`${each}/cancel`, { method: "POST" });
    expect(await cancelled.json()).toMatchObject({ status: "cancelled" });
    expect((await send(each)).status).toBe(410);
  }
  const last = (await askLater()).headers.get("location") ?? "";
  expect((await send(last, { method: "DELETE" })).status).toBe(200);
});
