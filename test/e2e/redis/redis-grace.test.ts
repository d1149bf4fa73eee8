import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, type TestContext, test } from "vitest";
import {
  type ChatOptions,
  chat,
  countStatuses,
} from "../../support/clients/chat.ts";
import { send } from "../../support/clients/send.ts";
import { streamChat } from "../../support/clients/stream-chat.ts";
import { scrape } from "../../support/metrics.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import {
  type PrivateRedis,
  privateRedisAvailable,
  startPrivateRedis,
} from "../../support/redis/redis.ts";
import { until } from "../../support/until.ts";

let redis: PrivateRedis | undefined;
let stack: Stack | undefined;
afterEach(async () => {
  await stack?.stop();
  await redis?.stop();
});

async function start(
  { skip }: TestContext,
  env: Record<string, string> = {},
): Promise<{ redis: PrivateRedis; stack: Stack }> {
  if (!privateRedisAvailable()) skip("needs redis-server on the PATH");
  redis = await startPrivateRedis({ appendonly: true });
  stack = await startStack({ redisUrl: redis.url, perMinute: 1_000, env });
  return { redis, stack };
}

/** Sends one request after the other, a little apart. */
async function trickle(
  url: string,
  count: number,
  optionsOf: (index: number) => ChatOptions,
) {
  const asked: ReturnType<typeof chat>[] = [];
  for (let index = 0; index < count; index += 1) {
    asked.push(chat(url, optionsOf(index)));
    await sleep(25);
  }
  return Promise.all(asked);
}

async function untilDown(url: string): Promise<void> {
  await until("the gateway has noticed", async () => {
    const { status } = await send(`${url}/ready`);
    return status === 503;
  });
}

test("a restart of 1.5 s loses none of 80 arrivals: plain, streamed, with an Idempotency-Key", async (context) => {
  const { redis, stack } = await start(context);
  const { url, simulator } = stack;
  const arriving = trickle(url, 80, (index) => ({
    marker: `arrival-${index}`,
    extra: { stream: index % 4 === 1 },
    headers: index % 4 === 2 ? { "idempotency-key": `key-${index}` } : {},
  }));
  await sleep(200);
  await redis.kill();
  await sleep(1_500);
  await redis.restart();

  const answers = await arriving;
  expect(countStatuses(answers)).toEqual({ 200: 80 });
  const calls = await simulator.calls({ path: "/chat/completions" });
  expect(new Set(calls.map(({ marker }) => marker)).size).toBe(80);
});

test("a stream that is held gets its answer when Redis is back", async (context) => {
  const { redis, stack } = await start(context, { STREAM_COMMENT_MS: "200" });
  await redis.kill();
  await untilDown(stack.url);
  const asked = streamChat(`${stack.url}/v1`);
  await sleep(1_000);
  await redis.restart();
  const { status, bytes } = await asked;
  expect(status).toBe(200);
  expect(bytes.toString().endsWith("data: [DONE]\n\n")).toBe(true);
});

test("a stream that is held for as long as the grace gets the 503", async (context) => {
  const { redis, stack } = await start(context, {
    STREAM_COMMENT_MS: "200",
    REDIS_GRACE_MS: "1000",
  });
  await redis.kill();
  await untilDown(stack.url);
  const { status } = await chat(stack.url, { extra: { stream: true } });
  expect(status).toBe(503);
  // Without it the worker would take its time to stop.
  await redis.restart();
});

test("when Redis hangs, those beyond the grace get the 503, and those within it an answer", async (context) => {
  const graceMs = 6_000;
  const { redis, stack } = await start(context, {
    REDIS_GRACE_MS: String(graceMs),
  });
  const { url } = stack;
  redis.pause();
  try {
    await untilDown(url);
    const tooEarly = await chat(url);
    expect(tooEarly.status).toBe(503);
    expect(tooEarly.tookMs).toBeGreaterThan(graceMs - 100);
    const inTime = chat(url);
    await sleep(500);
    redis.resume();
    expect((await inTime).status).toBe(200);
  } finally {
    redis.resume();
  }
});

test("a client that hangs up while it is held costs nothing", async (context) => {
  const { redis, stack } = await start(context);
  const { url, simulator } = stack;
  await redis.kill();
  await untilDown(url);
  const client = new AbortController();
  const held = chat(url, { marker: "gone", signal: client.signal });
  const stays = chat(url, { marker: "stays" });
  await sleep(300);
  client.abort();
  await expect(held).rejects.toThrow();
  await redis.restart();
  expect((await stays).status).toBe(200);
  expect(await simulator.calls({ marker: "gone" })).toEqual([]);
});

test("requests that are held are told at once when their gateway is told to stop", async (context) => {
  const farBeyondThisTest = "600000";
  const { redis, stack } = await start(context);
  const gateway = await stack.startGateway({
    REDIS_GRACE_MS: farBeyondThisTest,
    SHUTDOWN_GRACE_MS: farBeyondThisTest,
  });
  const { url } = gateway;
  await redis.kill();
  await untilDown(url);
  const content = "x".repeat(100_000);
  const held = [
    chat(url, { content }),
    chat(url, { content, extra: { stream: true } }),
    chat(url, { content, headers: { "idempotency-key": "held" } }),
  ];
  await until("all are held", async () => {
    const { value } = await scrape(url);
    const bytes = value("orpool_body_bytes_in_flight") ?? 0;
    return bytes > held.length * content.length;
  });
  expect(await gateway.stop()).toBe(0);
  for (const { status, headers, text } of await Promise.all(held)) {
    expect(status).toBe(503);
    expect(text).toContain('"reason":"stopping"');
    expect(headers.get("retry-after")).toBe("5");
  }
  await redis.restart();
});
