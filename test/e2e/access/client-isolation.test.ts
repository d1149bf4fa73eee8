import { usageObjectSchema } from "@openrouter-free-pool/shared/api/usage-object";
import { createRedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import { shardOf } from "@openrouter-free-pool/shared/usage/usage-counts";
import { Redis } from "ioredis";
import type OpenAI from "openai";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { AdminClient } from "../../support/clients/admin-client.ts";
import {
  type BatchClient,
  batchClient,
} from "../../support/clients/batch-client.ts";
import { batchInput } from "../../support/clients/batch-input.ts";
import { chat, testModel } from "../../support/clients/chat.ts";
import {
  type Operator,
  operatorOf,
  operatorPassword,
  withKey,
} from "../../support/clients/operator.ts";
import { send } from "../../support/clients/send.ts";
import { streamChat } from "../../support/clients/stream-chat.ts";
import { scrape } from "../../support/metrics.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

const paidTwin = testModel.replace(":free", "");
const lines = 3;

let stack: Stack;
let operator: Operator;
let a: Awaited<ReturnType<Operator["create"]>>;
let b: typeof a;
let batch: OpenAI.Batch;
let theirs: BatchClient;
/** Of client a: a background response, and what stands behind `Location`. */
let response: OpenAI.Responses.Response;
let place: string;

beforeAll(async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    perMinute: 1_000,
    models: [paidTwin],
    env: {
      ADMIN_PASSWORD: operatorPassword,
      RESPONSE_CACHE_TTL_SECONDS: "600",
    },
  });
  operator = operatorOf(stack.url);
  a = await operator.create("a");
  b = await operator.create("b");
  const own = batchClient(stack.url, a.key);
  theirs = batchClient(stack.url, b.key);
  const id = await own.start(batchInput(lines));
  batch = await own.untilStatus(id, "completed");
  response = await own.openai.responses.create({
    model: testModel,
    input: "Hello",
    background: true,
  });
  const later = await ask(a, "later", { prefer: "respond-async" });
  place = later.headers.get("location")?.replace(/^\/v1/, "") ?? "";
});
afterAll(() => stack?.stop());

const ask = (
  client: { key: string },
  content: string,
  headers: Record<string, string> = {},
) =>
  chat(stack.url, {
    content,
    marker: content,
    headers: { ...withKey(client.key), ...headers },
  });

test.for([
  ["read a batch", () => theirs.openai.batches.retrieve(batch.id), /no batch/],
  ["cancel a batch", () => theirs.openai.batches.cancel(batch.id), /no batch/],
  [
    "retry a batch",
    () => theirs.openai.post(`/batches/${batch.id}/retry`),
    /no batch/,
  ],
  [
    "read an input",
    () => theirs.openai.files.retrieve(batch.input_file_id),
    /no file/,
  ],
  ["download an input", () => theirs.download(batch.input_file_id), /no file/],
  [
    "download an output",
    () => theirs.download(batch.output_file_id),
    /no file/,
  ],
  [
    "delete an output",
    () => theirs.openai.files.delete(String(batch.output_file_id)),
    /no file/,
  ],
  [
    "start a batch of another's file",
    () =>
      theirs.openai.batches.create({
        input_file_id: batch.input_file_id,
        endpoint: "/v1/chat/completions",
        completion_window: "24h",
      }),
    /no file/,
  ],
  [
    "read a response",
    () => theirs.openai.responses.retrieve(response.id),
    /no response/,
  ],
  [
    "cancel a response",
    () => theirs.openai.responses.cancel(response.id),
    /no response/,
  ],
  [
    "delete a response",
    () => theirs.openai.responses.delete(response.id),
    /no response/,
  ],
  ["collect an answer", () => theirs.openai.get(place), /no request/],
  [
    "cancel a request",
    () => theirs.openai.post(`${place}/cancel`),
    /no request/,
  ],
  ["delete a request", () => theirs.openai.delete(place), /no request/],
] as const)("another client cannot %s", async ([, act, message]) => {
  await expect(act()).rejects.toThrow(message);
});

test("lists hold a client's own things only, under a new name, too", async () => {
  expect((await theirs.openai.files.list()).data).toEqual([]);
  expect((await theirs.openai.batches.list()).data).toEqual([]);
  await operator.request("PATCH", `/clients/${a.id}`, { name: "renamed" });
  const own = batchClient(stack.url, a.key);
  expect((await own.openai.batches.list()).data).toHaveLength(1);
  expect((await own.openai.files.list()).data).toHaveLength(2);
});

test("an idempotency key is a client's own", async () => {
  const headers = { "idempotency-key": "same", "cache-control": "no-store" };
  expect((await ask(a, "idempotent", headers)).status).toBe(200);
  const other = await ask(b, "idempotent", headers);
  expect(other.headers.get("idempotent-replayed")).toBeNull();
  // Neither does it matter that the other one asked for something else.
  expect((await ask(b, "different", { "idempotency-key": "own" })).status).toBe(
    200,
  );
  expect(
    (await ask(a, "idempotent-2", { "idempotency-key": "own" })).status,
  ).toBe(200);
  const repeated = await ask(a, "idempotent", headers);
  expect(repeated.headers.get("idempotent-replayed")).toBe("true");
  const calls = await stack.simulator.calls({ marker: "idempotent" });
  expect(calls).toHaveLength(2);
});

test("a stream under an idempotency key is a client's own", async () => {
  const stream = (client: { key: string }) =>
    streamChat(`${stack.url}/v1`, {
      marker: "streamed",
      headers: { ...withKey(client.key), "idempotency-key": "streamed" },
    });
  const first = await stream(a);
  expect(first.status).toBe(200);
  const other = await stream(b);
  expect(other.status).toBe(200);
  expect(other.headers.get("idempotent-replayed")).toBeNull();
  expect(other.bytes.equals(first.bytes)).toBe(false);
  // Its own client is told that a stream is not repeated.
  expect((await stream(a)).status).toBe(409);
  expect(await stack.simulator.calls({ marker: "streamed" })).toHaveLength(2);
});

test("an idempotency key of the background is a client's own", async () => {
  const headers = { prefer: "respond-async", "idempotency-key": "later" };
  const placeOf = async (client: typeof a) =>
    (await ask(client, "background", headers)).headers.get("location");
  const own = await placeOf(a);
  expect(own).toMatch(/^\/v1\/requests\/request_/);
  expect(await placeOf(b)).not.toBe(own);
  expect(await placeOf(a)).toBe(own);
});

test("what operators see is nothing for clients", async () => {
  for (const path of ["/webhooks", "/clients"]) {
    const { status } = await send(`${stack.url}/api/v1${path}`, {
      headers: withKey(b.key),
    });
    expect(status, path).toBe(401);
  }
  const { status } = await send(
    `${stack.url}/api/v1/webhooks/evt_${"0".repeat(48)}/send`,
    { method: "POST", headers: withKey(b.key) },
  );
  expect(status).toBe(401);
});

test("a removed client's background requests are cancelled, a disabled one's are answered", async () => {
  const [gone, disabled] = [
    await operator.create("gone"),
    await operator.create("off"),
  ];
  const admin = new AdminClient(stack.url);
  await admin.logIn(operatorPassword);
  const countOpen = async () =>
    (await scrape(stack.url)).value("orpool_background_open");
  await until("all others have ended", async () => (await countOpen()) === 0);
  await admin.act("pause");
  const later = { prefer: "respond-async" };
  await ask(gone, "of-the-gone", later);
  const accepted = await ask(disabled, "of-the-disabled", later);
  // Figures of Redis are a second old at most.
  await until("both are open", async () => (await countOpen()) === 2);
  await operator.request("DELETE", `/clients/${gone.id}`);
  await operator.request("PATCH", `/clients/${disabled.id}`, {
    disabled: true,
  });
  await until("one is cancelled", async () => (await countOpen()) === 1);
  await admin.act("resume");
  await until("the other is answered", async () => (await countOpen()) === 0);
  expect(await stack.simulator.calls({ marker: "of-the-gone" })).toEqual([]);
  const collect = () =>
    send(`${stack.url}${accepted.headers.get("location")}`, {
      headers: withKey(disabled.key),
    });
  expect((await collect()).status).toBe(401);
  await operator.request("PATCH", `/clients/${disabled.id}`, {
    disabled: false,
  });
  expect((await collect()).status).toBe(200);
});

test("a kept answer is a client's own", async () => {
  const cacheOf = async (client: typeof a) =>
    (await ask(client, "cached")).headers.get("x-cache");
  expect(await cacheOf(a)).toBe("MISS");
  expect(await cacheOf(b)).toBe("MISS");
  expect(await cacheOf(a)).toBe("HIT");
});

test("use is told apart by client, model and day, and each client sees its own", async () => {
  const c = await operator.create("counted");
  for (const content of ["one", "two"]) await ask(c, content);
  await ask(c, "one");
  await chat(stack.url, { model: "no/model", headers: withKey(c.key) });
  const file = batchInput(lines, { prefix: "counted" });
  const client = batchClient(stack.url, c.key);
  await client.untilStatus(await client.start(file), "completed");
  const usageOf = async (key: string, query = "") =>
    send(`${stack.url}/api/v1/usage${query}`, { headers: withKey(key) });

  const [row, ...rest] = await until("all is counted", async () => {
    const { body } = await usageOf(c.key, "?group_by=client,model");
    const { data } = usageObjectSchema.parse(body);
    const listed = data.filter(({ model }) => model === testModel);
    const isAll =
      listed[0]?.answers === 3 + lines && listed[0].calls === 2 + lines;
    return isAll && data.length === 2 && [...listed, ...data];
  });
  expect(rest.map(({ model }) => model).sort()).toEqual(["other", testModel]);
  expect(row).toMatchObject({
    client: c.id,
    clientName: "counted",
    errors: 0,
    promptTokens: expect.any(Number),
    meanWaitMs: expect.any(Number),
  });
  const { promptTokens = 0, completionTokens = 0, savedUsd } = row ?? {};
  expect(completionTokens).toBeGreaterThan(0);
  expect(savedUsd).toBeCloseTo(
    promptTokens * 1e-6 + completionTokens * 2e-6,
    6,
  );

  const byDay = usageObjectSchema.parse((await usageOf(c.key)).body);
  expect(byDay.data[0]?.day).toBe(byDay.to);
  const redis = new Redis(inject("redisUrl"));
  const { usage } = createRedisKeys(stack.prefix);
  const keptMs = await redis.pttl(usage(byDay.to, shardOf(c.id)));
  redis.disconnect();
  expect(Math.floor(keptMs / 86_400_000)).toBe(90);

  const others = await usageOf(b.key, `?client=${c.id}`);
  expect(others.text).not.toContain(c.id);
  const ownCsv = await usageOf(b.key, `?format=csv&client=${c.id}`);
  expect(ownCsv.text).toMatch(/^day,client,/);
  expect(ownCsv.text).not.toContain(c.id);
  const all = await operator.usage("group_by=client");
  const names = all.data.map(({ clientName }) => clientName);
  expect(names).toEqual(expect.arrayContaining(["renamed", "b", "counted"]));
  const csv = await operator.request("GET", `/usage?format=csv&client=${c.id}`);
  expect(csv.headers.get("content-type")).toMatch(/^text\/csv/);
  expect(csv.text.split("\n")[0]).toBe(
    "day,client,clientName,model,calls,answers,errors,promptTokens,completionTokens,meanWaitMs,savedUsd",
  );
  const wrong = await operator.request("GET", "/usage?from=2026-13-01");
  expect(wrong.status).toBe(400);
});
