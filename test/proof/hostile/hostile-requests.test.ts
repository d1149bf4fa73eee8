import { createRedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import { Redis } from "ioredis";
import { expect, inject, onTestFinished, test } from "vitest";
import { chat } from "../../support/clients/chat.ts";
import { startTraceReceiver } from "../../support/network/trace-receiver.ts";
import { startStack } from "../../support/processes/stack.ts";
import {
  privateRedisAvailable,
  startPrivateRedis,
} from "../../support/redis/redis.ts";

function connect(url: string): Redis {
  const redis = new Redis(url);
  onTestFinished(() => redis.disconnect());
  return redis;
}

async function readDayUsed(redis: Redis, prefix: string): Promise<number> {
  const { accountPrefix } = createRedisKeys(prefix);
  const keys = await redis.keys(`${accountPrefix.replace(/[[\]]/g, "?")}*`);
  let used = 0;
  for (const key of keys) {
    if (key.endsWith(":minute")) continue;
    used += Number(await redis.hget(key, "dayUsed"));
  }
  return used;
}

test("with tracing on a request takes one slot", async () => {
  const receiver = await startTraceReceiver();
  onTestFinished(() => receiver.stop());
  const stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 1,
    perMinute: 50,
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    },
  });
  onTestFinished(() => stack.stop());
  for (let i = 0; i < 4; i += 1) {
    expect((await chat(stack.url)).status).toBe(200);
  }
  const redis = connect(inject("redisUrl"));
  expect(await readDayUsed(redis, stack.prefix)).toBe(4);
});

test("one request with an odd model does not stop all others", async () => {
  const stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 1,
    perMinute: 1000,
    env: process.env.E2_DEFAULTS ? {} : { FREE_ONLY: "false" },
  });
  onTestFinished(() => stack.stop());
  expect((await chat(stack.url)).status).toBe(200);
  const gone = new AbortController();
  const odd = chat(stack.url, {
    model: "openrouter/\ud800:free",
    signal: gone.signal,
  }).then(
    ({ status, text }) => `${status} ${text}`,
    (error: Error) => error.message,
  );
  await new Promise((resolve) => setTimeout(resolve, 500));
  const result = await chat(stack.url, {
    signal: AbortSignal.timeout(10_000),
  }).then(
    ({ status }) => status,
    (error: Error) => error.message,
  );
  const redis = connect(inject("redisUrl"));
  const used = await readDayUsed(redis, stack.prefix);
  const { total } = await stack.simulator.summary();
  gone.abort();
  console.log({ odd: await odd, result, used, total });
  expect(result).toBe(200);
}, 90_000);

test("a request that failed once is tried again before those behind it", async () => {
  const stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 1,
    perMinute: 1,
    windowMs: 700,
    perDay: 100_000,
    env: { MODEL_CHECK: "false" },
  });
  onTestFinished(() => stack.stop());
  await stack.simulator.script([{ times: 1, fault: { kind: "500" } }]);
  const order: number[] = [];
  const ask = async (i: number) => {
    await chat(stack.url, { marker: `m${i}` });
    order.push(i);
  };
  const asked: Promise<void>[] = [ask(0)];
  await new Promise((resolve) => setTimeout(resolve, 150));
  for (let i = 1; i <= 25; i += 1) asked.push(ask(i));
  await Promise.all(asked);
  console.log("order", order.join(" "));
  expect(order.indexOf(0)).toBeLessThan(6);
}, 90_000);

test("Redis full for a while: as many calls are counted as were sent", async (context) => {
  if (!privateRedisAvailable()) context.skip("needs redis-server on the PATH");
  const server = await startPrivateRedis({ appendonly: true });
  onTestFinished(() => server.stop());
  const operator = connect(server.url);
  const stack = await startStack({
    redisUrl: server.url,
    accounts: 1,
    perMinute: 6,
    windowMs: 2_500,
    perDay: 10_000,
    simulator: { latencyMs: 1_000 },
    env: { MODEL_CHECK: "false", MAX_ATTEMPTS: "5" },
  });
  onTestFinished(() => stack.stop());
  await stack.simulator.script([{ times: 6, fault: { kind: "500" } }]);
  const asked = Array.from({ length: 12 }, (_, i) =>
    chat(stack.url, { marker: `m${i}` }),
  );
  await expect
    .poll(async () => (await stack.simulator.summary()).total, {
      timeout: 10_000,
      interval: 20,
    })
    .toBe(6);
  await operator.config("SET", "maxmemory", "1mb");
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  await operator.config("SET", "maxmemory", "0");
  const answers = await Promise.all(asked);
  const { total } = await stack.simulator.summary();
  const used = await readDayUsed(operator, stack.prefix);
  const calls = await stack.simulator.calls();
  console.log({ statuses: answers.map(({ status }) => status), total, used });
  console.log(
    calls
      .map((c) => JSON.stringify(c))
      .slice(0, 3)
      .join("\n"),
  );
  expect(used).toBe(total);
}, 120_000);
