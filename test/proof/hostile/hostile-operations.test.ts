import { openCompletionsQueue } from "@openrouter-free-pool/shared/queue/completions-queue";
import { createRedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import { Redis } from "ioredis";
import { expect, inject, onTestFinished, test } from "vitest";
import { chat } from "../../support/clients/chat.ts";
import { startStack } from "../../support/processes/stack.ts";
import {
  privateRedisAvailable,
  startPrivateRedis,
} from "../../support/redis/redis.ts";

function connect(url: string): Redis {
  const redis = new Redis(url, { maxRetriesPerRequest: null });
  onTestFinished(() => redis.disconnect());
  return redis;
}

async function readDayUsed(redis: Redis, prefix: string): Promise<number> {
  const { accountPrefix } = createRedisKeys(prefix);
  let used = 0;
  for (const key of await redis.keys(`${accountPrefix}*`)) {
    if (key.endsWith(":minute")) continue;
    used += Number(await redis.hget(key, "dayUsed"));
  }
  return used;
}

test("connections of workers are cut again and again: each request is called once, each call counted", async (context) => {
  if (!privateRedisAvailable()) context.skip("needs redis-server");
  const server = await startPrivateRedis({ appendonly: true });
  onTestFinished(() => server.stop());
  const operator = connect(server.url);
  const stack = await startStack({
    redisUrl: server.url,
    accounts: 2,
    perMinute: 20,
    windowMs: 2_000,
    perDay: 100_000,
    workers: 2,
    simulator: { latencyMs: 100 },
    env: { MODEL_CHECK: "false", MAX_WAIT_MS: "60000" },
  });
  onTestFinished(() => stack.stop());
  const count = 200;
  let isDone = false;
  const asked = Promise.all(
    Array.from({ length: count }, (_, i) =>
      chat(stack.url, { marker: `m${i}` }),
    ),
  ).finally(() => {
    isDone = true;
  });
  let kills = 0;
  while (!isDone) {
    const list = String(await operator.client("LIST"));
    for (const line of list.split("\n")) {
      if (!/ name=worker(-replies)? /.test(line) || Math.random() < 0.5)
        continue;
      const id = /^id=(\d+)/.exec(line)?.[1];
      if (id) await operator.call("CLIENT", "KILL", "ID", id).catch(() => 0);
      kills += 1;
    }
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
  const statuses = new Map<number, number>();
  for (const { status } of await asked) {
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  }
  const calls = await stack.simulator.calls();
  const refused = calls.filter(({ quotaRefusal }) => quotaRefusal).length;
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const used = await readDayUsed(operator, stack.prefix);
  const left = await operator.llen(`{${stack.prefix}}:completions:active`);
  console.log("E7", {
    kills,
    statuses: [...statuses],
    calls: calls.length,
    used,
    refused,
    left,
  });
  expect([...statuses]).toEqual([[200, count]]);
  expect(refused).toBe(0);
  expect(calls.length).toBe(count);
  expect(used).toBe(count);
}, 150_000);

test("a queue that an operator lets one job be in hand of does not idle between jobs", async () => {
  const stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 1,
    perMinute: 1_000,
    perDay: 100_000,
    simulator: { latencyMs: 50 },
    env: { MODEL_CHECK: "false" },
  });
  onTestFinished(() => stack.stop());
  const redis = connect(inject("redisUrl"));
  const queue = openCompletionsQueue(redis, createRedisKeys(stack.prefix));
  onTestFinished(() => queue.close());
  await queue.setGlobalConcurrency(1);
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: 8 }, () => chat(stack.url)));
  const tookMs = performance.now() - startedAt;
  const calls = await stack.simulator.calls();
  let most = 0;
  for (const { at } of calls) {
    most = Math.max(
      most,
      calls.filter((o) => o.at <= at && (o.finishedAt ?? Infinity) > at).length,
    );
  }
  console.log("E8", { tookMs, most });
  expect(most).toBe(1);
}, 60_000);

test("less urgent requests get their share also when an account refuses the model", async () => {
  const stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 2,
    perMinute: 5,
    windowMs: 400,
    perDay: 100_000,
    env: { MODEL_CHECK: "false", PORT: "0" },
  });
  onTestFinished(() => stack.stop());
  const redis = connect(inject("redisUrl"));
  const { accountRefusals } = createRedisKeys(stack.prefix);
  if (process.env.E9_REFUSED !== "0") {
    // Some account, which is not even one of the pool's, refuses the model.
    await redis.zadd(
      accountRefusals,
      Date.now() + 3_600_000,
      JSON.stringify({
        account: "somebody-else",
        model: "test/model:free",
        setting: "privacy",
      }),
    );
    await new Promise((resolve) => setTimeout(resolve, 6_000));
  }
  const order: string[] = [];
  const ask = async (name: string, priority: string) => {
    const { status } = await chat(stack.url, {
      headers: { "x-priority": priority },
    });
    order.push(status === 200 ? name : `${name}:${status}`);
  };
  const asked = Array.from({ length: 60 }, (_, i) => ask(`h${i}`, "high"));
  await new Promise((resolve) => setTimeout(resolve, 200));
  asked.push(ask("LOW", "low"));
  await Promise.all(asked);
  console.log("E9", order.join(" "));
  expect(order.indexOf("LOW")).toBeLessThan(50);
}, 60_000);
