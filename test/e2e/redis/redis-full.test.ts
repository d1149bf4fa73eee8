import { Redis } from "ioredis";
import { expect, test } from "vitest";
import { burst, chat, countStatuses } from "../../support/clients/chat.ts";
import { readPoolStatus } from "../../support/clients/pool-status.ts";
import { type Answer, send } from "../../support/clients/send.ts";
import { startStack } from "../../support/processes/stack.ts";
import {
  privateRedisAvailable,
  startPrivateRedis,
} from "../../support/redis/redis.ts";
import { until } from "../../support/until.ts";

const count = 100;

test("Redis is full for a while in mid-burst: new requests are refused, those that wait are answered once", async (context) => {
  if (!privateRedisAvailable()) context.skip("needs redis-server on the PATH");
  const redis = await startPrivateRedis({ appendonly: true });
  context.onTestFinished(() => redis.stop());
  const operator = new Redis(redis.url);
  context.onTestFinished(() => operator.disconnect());
  const stack = await startStack({
    redisUrl: redis.url,
    windowMs: 2_000,
    perDay: 10_000,
    workers: 2,
    simulator: { latencyMs: 500 },
  });
  context.onTestFinished(() => stack.stop());
  const { url, simulator } = stack;

  const asked = burst(url, count, (i) => ({ marker: `waiting-${i}` }));
  await until("some are called, and all others wait", async () => {
    const { queue } = await readPoolStatus(url);
    const { total } = await simulator.summary();
    return total > 10 && total + queue.waiting >= count;
  });
  await operator.config("SET", "maxmemory", "1mb");

  for (const refused of await askForNew(url)) {
    expect(refused.status).toBe(503);
    expect(refused.headers.get("retry-after")).toBe("5");
    expect(refused.body).toMatchObject({
      error: { code: 503, message: "The queue's Redis is out of memory" },
    });
  }
  await until("the gateway says why it is not ready", async () => {
    const { status, text } = await send(`${url}/ready`);
    return status === 503 && text.includes("Redis is out of memory");
  });
  await operator.config("SET", "maxmemory", "0");

  expect(countStatuses(await asked)).toEqual({ 200: count });
  const calls = await simulator.calls();
  const markers = new Set(calls.map(({ marker }) => marker));
  await context.annotate(`${calls.length} calls for ${count} requests`);
  expect(calls).toHaveLength(count);
  expect(markers.size).toBe(count);
  await until("the gateway is ready again", async () => {
    const { status } = await send(`${url}/ready`);
    return status === 200;
  });
  expect((await chat(url)).status).toBe(200);
});

/** Everything that would write something new. */
function askForNew(url: string): Promise<Answer[]> {
  const form = new FormData();
  form.set("purpose", "batch");
  form.set("file", new Blob([batchLine]), "lines.jsonl");
  return Promise.all([
    chat(url),
    chat(url, { extra: { stream: true } }),
    chat(url, { headers: { "idempotency-key": "while-redis-is-full" } }),
    send(`${url}/v1/files`, { method: "POST", body: form }),
  ]);
}

const batchLine = JSON.stringify({
  custom_id: "one",
  method: "POST",
  url: "/v1/chat/completions",
  body: { model: "test/model:free", messages: [] },
});
