import { createRedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { batchClient } from "../../support/clients/batch-client.ts";
import { batchInput } from "../../support/clients/batch-input.ts";
import { chat, testModel } from "../../support/clients/chat.ts";
import {
  type Operator,
  operatorOf,
  operatorPassword,
  withKey,
} from "../../support/clients/operator.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

let stack: Stack;
let operator: Operator;

beforeAll(async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    perMinute: 1_000,
    env: {
      ADMIN_PASSWORD: operatorPassword,
      MAX_QUEUE_SIZE: "20",
      MODEL_ALIASES: `two=m/a:free|${testModel}`,
    },
  });
  operator = operatorOf(stack.url);
  await until("the list of models is known", async () => {
    const client = await operator.create(`probe-${Math.random()}`);
    const headers = withKey(client.key);
    return (
      (await chat(stack.url, { headers, model: "no/model" })).status === 404
    );
  });
});
afterAll(() => stack?.stop());

test("a client may use the models that its list names", async () => {
  const { key } = await operator.create("listed", { models: ["test/*:free"] });
  const ask = (model: string, extra = {}) =>
    chat(stack.url, { model, extra, headers: withKey(key) });
  expect((await ask(testModel)).status).toBe(200);
  const refused = await ask("m/a:free");
  expect(refused.status).toBe(403);
  expect(refused.body).toMatchObject({
    error: { metadata: { reason: "model-not-allowed" } },
  });
  expect((await ask(testModel, { models: ["m/a:free"] })).status).toBe(403);
  // An alias and pool/auto stand for those of their models that it may use.
  expect((await ask("two")).headers.get("x-model")).toBe(testModel);
  expect((await ask("pool/auto")).headers.get("x-model")).toMatch(/^test\//);
});

test("an alias that the list names stands for all of its models", async () => {
  const { key } = await operator.create("aliased", { models: ["two"] });
  const ask = (model: string) =>
    chat(stack.url, { model, headers: withKey(key) });
  expect((await ask("two")).headers.get("x-model")).toBe("m/a:free");
  expect((await ask(testModel)).status).toBe(403);
});

test("more urgent than it may be is as urgent as it may be", async () => {
  const { key } = await operator.create("calm", { maxPriority: "low" });
  for (const priority of ["high", "normal"]) {
    const requestId = `capped-${priority}`;
    const headers = { "x-priority": priority, "x-request-id": requestId };
    await chat(stack.url, { headers: { ...withKey(key), ...headers } });
    const line = await until("it is logged", () =>
      stack.gateways[0]
        ?.logged("Completion finished")
        .find((entry) => entry.requestId === requestId),
    );
    expect(line).toMatchObject({ priority: "low", client: "calm" });
  }
});

test("more requests at a time than it may have are refused", async () => {
  const { key } = await operator.create("bounded", { maxQueued: 2 });
  await stack.simulator.settings({ latencyMs: 1_000 });
  const headers = withKey(key);
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => chat(stack.url, { headers })),
  );
  await stack.simulator.settings({ latencyMs: 0 });
  const statuses = answers.map(({ status }) => status).sort();
  expect(statuses).toEqual([200, 200, 429, 429, 429]);
  const refused = answers.find(({ status }) => status === 429);
  expect(refused?.headers.get("retry-after")).toBe("5");
  expect(refused?.body).toMatchObject({
    error: { metadata: { reason: "client-queue-full" } },
  });
  expect((await chat(stack.url, { headers })).status).toBe(200);
});

test("a client whose own budget is spent is told so, and others go on", async () => {
  const { key } = await operator.create("frugal", {
    perDay: 2,
    maxInFlight: 1,
  });
  const headers = withKey(key);
  // One after the other, because only one may be in flight.
  const both = await Promise.all(
    [1, 2].map(() => chat(stack.url, { headers })),
  );
  expect(both.map(({ status }) => status)).toEqual([200, 200]);
  const refused = await until("the gateway knows", async () => {
    const answer = await chat(stack.url, {
      headers: { ...headers, "x-max-wait-ms": "1500" },
    });
    return answer.status === 429 && answer;
  });
  expect(refused.body).toMatchObject({
    error: {
      message: expect.stringMatching(
        /^Your own budget is spent; the pool's is not: today's calls are used up; new ones at 00:00 UTC$/,
      ),
      metadata: { reason: "client-budget-spent" },
    },
  });
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(1);
  const { key: other } = await operator.create("another");
  expect((await chat(stack.url, { headers: withKey(other) })).status).toBe(200);
  const { text } = await operator.request("GET", "/clients");
  const { clients } = JSON.parse(text) as { clients: { name: string }[] };
  expect(clients.find(({ name }) => name === "frugal")).toMatchObject({
    use: { day: 2, inFlight: 0, waiting: 0 },
  });
});

test("what waits for a client's own budget fills the queue for such clients only", async () => {
  const [one, two, free] = await Promise.all([
    operator.create("one-at-a-time", { maxInFlight: 1 }),
    operator.create("two-at-a-time", { maxInFlight: 2 }),
    operator.create("free"),
  ]);
  const ask = ({ key }: { key: string }, signal?: AbortSignal) =>
    chat(stack.url, { headers: withKey(key), ...(signal && { signal }) });
  await stack.simulator.settings({ latencyMs: 60_000 });
  const hangUp = new AbortController();
  const statuses: number[] = [];
  const isRefused = () => statuses.includes(503);
  await until("it is refused", async () => {
    const asked = ask(one, hangUp.signal);
    asked.then(({ status }) => statuses.push(status)).catch(() => {});
    return isRefused();
  });
  await stack.simulator.settings({ latencyMs: 0 });
  expect((await ask(two)).status).toBe(503);
  expect((await ask(free)).status).toBe(200);
  hangUp.abort();
  await until("there is room again", async () => {
    return (await ask(two)).status === 200;
  });
});

test("lines of a batch keep to the list of their client", async () => {
  const { key } = await operator.create("batching", { models: ["m/*"] });
  const client = batchClient(stack.url, key);
  const id = await client.start(batchInput(2));
  const batch = await client.untilStatus(id, "completed");
  expect(batch.request_counts).toMatchObject({ completed: 0, failed: 2 });
  const [line] = await client.download(batch.error_file_id);
  expect(line?.error).toMatchObject({ code: "permission_error" });
});

test("a removed client's batches are cancelled", async () => {
  const { id, key } = await operator.create("leaving");
  await stack.simulator.settings({ latencyMs: 300 });
  const batchId = await batchClient(stack.url, key).start(batchInput(200));
  await operator.request("DELETE", `/clients/${id}`);
  await stack.simulator.settings({ latencyMs: 0 });
  const { batch } = createRedisKeys(stack.prefix);
  const redis = new Redis(inject("redisUrl"));
  await until("it is cancelled", async () =>
    /"?cancelled"?/.test((await redis.hget(batch(batchId), "status")) ?? ""),
  );
  redis.disconnect();
});
