import { afterEach, expect, type TestContext, test } from "vitest";
import { chat, countStatuses } from "../../support/clients/chat.ts";
import {
  operatorHeaders,
  operatorPassword,
} from "../../support/clients/operator.ts";
import { send } from "../../support/clients/send.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import {
  type PrivateRedis,
  privateRedisAvailable,
  startPrivateRedis,
} from "../../support/redis/redis.ts";
import { until } from "../../support/until.ts";

/** Nothing is held in memory. */
const env = { REDIS_GRACE_MS: "0" };
/** Far below what a request may wait, and enough for a crowded machine. */
const atOnceMs = 10_000;
let redis: PrivateRedis | undefined;
let stack: Stack | undefined;
afterEach(async () => {
  await stack?.stop();
  await redis?.stop();
});

async function startRedis({ skip }: TestContext): Promise<PrivateRedis> {
  if (!privateRedisAvailable()) skip("needs redis-server on the PATH");
  redis = await startPrivateRedis();
  return redis;
}

const redisDown = {
  error: {
    code: 503,
    message: "The queue's Redis is unreachable",
    type: "service_unavailable",
    metadata: { reason: "redis-down", retry_after_seconds: 5 },
  },
};

/** @param ofList status of the list of models, which needs no Redis once it is known who may call. */
async function expectRedisDown(url: string, ofList = 200): Promise<number> {
  const answers = [
    await chat(url),
    await chat(url, { extra: { stream: true } }),
    await send(`${url}/api/v1/keys/status`),
  ];
  for (const { status, body, headers } of answers) {
    expect(status).toBe(503);
    expect(body).toEqual(redisDown);
    expect(headers.get("retry-after")).toBe("5");
  }
  expect((await send(`${url}/health`)).status).toBe(200);
  expect(await send(`${url}/ready`)).toMatchObject({
    status: 503,
    body: { status: "not ready", reason: "Redis is unreachable" },
  });
  expect((await send(`${url}/v1/models`)).status).toBe(ofList);
  return Math.max(...answers.map(({ tookMs }) => tookMs));
}

async function untilReady(url: string): Promise<void> {
  await until("the gateway is ready", async () => {
    const { status } = await send(`${url}/ready`);
    return status === 200;
  });
}

test("processes that start before Redis wait for it", async (context) => {
  const redis = await startRedis(context);
  await redis.kill();
  stack = await startStack({ redisUrl: redis.url, workers: 0, env });
  const { url } = stack;
  const worker = stack.startWorker();

  const slowestMs = await expectRedisDown(url, 503);
  await context.annotate(`503 after ${Math.round(slowestMs)} ms at most`);
  expect(slowestMs).toBeLessThan(atOnceMs);

  await redis.restart();
  await worker;
  await untilReady(url);
  expect((await chat(url)).status).toBe(200);
});

test("without Redis every request is refused at once, and served when it is back", async (context) => {
  const redis = await startRedis(context);
  stack = await startStack({
    redisUrl: redis.url,
    env: { ...env, ADMIN_PASSWORD: operatorPassword },
  });
  const { url } = stack;
  expect((await chat(url)).status).toBe(200);
  const askBullBoard = () =>
    send(`${url}/admin/queues/api/queues`, {
      headers: operatorHeaders,
    });
  expect((await askBullBoard()).status).toBe(200);

  await redis.kill();
  await until("the gateway has noticed", async () => {
    const { status } = await send(`${url}/ready`);
    return status === 503;
  });
  expect((await askBullBoard()).status).toBe(503);
  const slowestMs = await expectRedisDown(url);
  await context.annotate(`503 after ${Math.round(slowestMs)} ms at most`);
  expect(slowestMs).toBeLessThan(atOnceMs);

  await redis.restart();
  await untilReady(url);
  expect((await chat(url)).status).toBe(200);
});

const kinds = ["gateways", "workers"] as const;

test.for(kinds)(
  "%s that are told to stop while Redis is away do not wait for it",
  async (kind, context) => {
    const redis = await startRedis(context);
    stack = await startStack({
      redisUrl: redis.url,
      ...{ gateways: 0, workers: 0, [kind]: 2 },
    });
    const [first, second] = stack[kind];
    await redis.kill();
    expect(await first?.stop()).toBe(0);
    expect(first?.logged("Stopped, with nothing in hand")).toMatchObject([
      { reason: "Redis does not answer" },
    ]);
    // A fast machine has Redis back before the other one has missed it.
    await until(
      "the outage is noticed",
      () => second?.logged("Redis is unreachable")[0],
    );
    await redis.restart();
    await until("Redis is back", () => second?.logged("Redis is back")[0]);
    redis.pause();
    try {
      expect(await second?.stop()).toBe(0);
    } finally {
      redis.resume();
    }
    expect(second?.logged("Stopped, with nothing in hand")).toHaveLength(1);
  },
);

test("a Redis that hangs is noticed, and those who asked before are answered when it goes on", async (context) => {
  const redis = await startRedis(context);
  stack = await startStack({ redisUrl: redis.url, env });
  const { url } = stack;
  expect((await chat(url)).status).toBe(200);

  redis.pause();
  const pausedAt = performance.now();
  const early = Array.from({ length: 5 }, () => chat(url));
  try {
    await until("the gateway has noticed", async () => {
      const { status } = await send(`${url}/ready`);
      return status === 503;
    });
    await context.annotate(
      `noticed after ${Math.round(performance.now() - pausedAt)} ms`,
    );
    const slowestMs = await expectRedisDown(url);
    expect(slowestMs).toBeLessThan(atOnceMs);
  } finally {
    redis.resume();
  }
  expect(countStatuses(await Promise.all(early))).toEqual({ 200: 5 });
  await untilReady(url);
  expect((await chat(url)).status).toBe(200);
});
