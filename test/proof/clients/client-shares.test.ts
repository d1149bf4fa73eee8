import { countInLine } from "@openrouter-free-pool/shared/queue/queue-depth";
import { createRedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import { Redis } from "ioredis";
import { expect, inject, onTestFinished, test } from "vitest";
import { AdminClient } from "../../support/clients/admin-client.ts";
import { batchClient } from "../../support/clients/batch-client.ts";
import { batchInput } from "../../support/clients/batch-input.ts";
import { chat } from "../../support/clients/chat.ts";
import {
  operatorOf,
  operatorPassword,
  withKey,
} from "../../support/clients/operator.ts";
import {
  type StackOptions,
  startStack,
} from "../../support/processes/stack.ts";
import { startPrivateRedis } from "../../support/redis/redis.ts";
import { until } from "../../support/until.ts";

async function start(options: Partial<StackOptions> = {}) {
  const stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 5,
    perMinute: 10,
    perDay: 1_000_000,
    windowMs: 3_000,
    ...options,
    env: { ADMIN_PASSWORD: operatorPassword, ...options.env },
  });
  onTestFinished(() => stack.stop());
  return { stack, operator: operatorOf(stack.url) };
}

const lines = 200;
for (const weight of [1, 3]) {
  test(`a batch of 200 lines beside one of 20,000 ends in the time that its share promises (weight ${weight} against 1)`, async ({
    annotate,
  }) => {
    const { stack, operator } = await start();
    const large = await operator.create("large");
    const small = await operator.create("small", { weight });
    const redis = new Redis(inject("redisUrl"));
    onTestFinished(() => redis.disconnect());
    const { clientPrefix } = createRedisKeys(stack.prefix);
    const day = Math.floor(Date.now() / 86_400_000);
    const calls = async ({ id }: { id: string }) =>
      Number(await redis.get(`${clientPrefix}${id}:day:${day}`));

    const first = batchClient(stack.url, large.key);
    const id = await first.start(batchInput(20_000));
    // The large one has its full pace by then.
    await until("it is under way", async () => (await calls(large)) >= 150);
    await batchClient(stack.url, small.key).start(batchInput(lines));
    await until("the small one begins", async () => (await calls(small)) > 0);
    const before = await calls(large);
    await until(
      "the small one has made its calls",
      async () => (await calls(small)) >= lines,
      150_000,
    );
    const meanwhile = (await calls(large)) - before;
    await first.openai.batches.cancel(id);
    const part = lines / (lines + meanwhile);
    const promised = weight / (weight + 1);
    await annotate(
      `it had ${(100 * part).toFixed(1)} % of the calls meanwhile; promised ${(100 * promised).toFixed(1)} %`,
    );
    // Its time is its lines by its part of the pace.
    expect(Math.abs(promised / part - 1)).toBeLessThanOrEqual(0.05);
  });
}

test("budgets are exact with 4 workers and 2 gateways, and after a restart of Redis", async ({
  annotate,
}) => {
  const redis = await startPrivateRedis({ appendonly: true });
  onTestFinished(() => redis.stop());
  const windowMs = 4_000;
  const { stack, operator } = await start({
    redisUrl: redis.url,
    accounts: 10,
    perMinute: 100,
    windowMs,
    gateways: 2,
    workers: 4,
    simulator: { latencyMs: 100 },
  });
  const bounds = { tight: 5, wide: 20 } as const;
  const asked = { tight: 25, wide: 100, free: 100 } as const;
  const [, second] = stack.gateways;
  const answers = Object.entries(asked).map(async ([name, count]) => {
    const perMinute = bounds[name as keyof typeof bounds] ?? null;
    const { key } = await operator.create(name, { perMinute });
    const headers = withKey(key);
    return Promise.all(
      Array.from({ length: count }, (_, index) => {
        const url = index % 2 === 0 ? stack.url : (second?.url ?? stack.url);
        return chat(url, { headers, marker: name });
      }),
    );
  });
  await until("they are under way", async () => {
    const { total } = await stack.simulator.summary();
    return total >= 140;
  });
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  await redis.kill();
  await redis.restart();
  const statuses = (await Promise.all(answers)).flat();
  expect(statuses.filter(({ status }) => status !== 200)).toEqual([]);
  const made = await stack.simulator.calls();
  let most = 0;
  for (const [name, bound] of Object.entries(bounds)) {
    const times = made
      .filter(({ marker }) => marker === name)
      .map(({ at }) => at)
      .sort((a, b) => a - b);
    for (const at of times) {
      const inWindow = times.filter((t) => t >= at && t < at + windowMs).length;
      expect(inWindow).toBeLessThanOrEqual(bound);
      most = Math.max(most, inWindow / bound);
    }
  }
  await annotate(`the fullest window held ${100 * most} % of its bound`);
});

test("shares are exact with 4 workers and 2 gateways, before and after a restart of Redis", async ({
  annotate,
}) => {
  const redis = await startPrivateRedis({ appendonly: true });
  onTestFinished(() => redis.stop());
  const { stack, operator } = await start({
    redisUrl: redis.url,
    accounts: 10,
    perMinute: 6,
    windowMs: 2_000,
    gateways: 2,
    workers: 4,
    simulator: { latencyMs: 20 },
  });
  const urls = stack.gateways.map(({ url }) => url);
  // Nothing is called until all are there.
  const admin = new AdminClient(stack.url);
  await admin.logIn(operatorPassword);
  await admin.act("pause");
  const wanted = [
    { name: "heavy", weight: 3, count: 600 },
    { name: "light", weight: 1, count: 250 },
  ];
  const answers = wanted.map(async ({ name, weight, count }) => {
    const { key } = await operator.create(name, { weight });
    const headers = withKey(key);
    return Promise.all(
      Array.from({ length: count }, (_, index) =>
        chat(urls[index % urls.length] ?? "", { headers, marker: name }),
      ),
    );
  });
  const reader = new Redis(redis.url);
  onTestFinished(() => reader.disconnect());
  const called = async () => (await stack.simulator.summary()).total;
  const redisKeys = createRedisKeys(stack.prefix);
  await until(
    "all wait",
    async () => (await countInLine(reader, redisKeys, "normal")) >= 850,
  );
  await admin.act("resume");
  await until("half are called", async () => (await called()) >= 200);
  reader.disconnect();
  await redis.kill();
  const atRestart = await called();
  await redis.restart();
  const statuses = (await Promise.all(answers)).flat();
  expect(statuses.filter(({ status }) => status !== 200)).toEqual([]);
  const order = (await stack.simulator.calls()).map(({ marker }) => marker);
  const heavyIn = (from: number, to: number) =>
    order.slice(from, to).filter((marker) => marker === "heavy").length;
  const before = heavyIn(0, atRestart) / atRestart;
  const after = heavyIn(atRestart, 400) / (400 - atRestart);
  const inAll = heavyIn(0, 400);
  await annotate(
    `of 400 calls the heavy one had ${inAll}, promised 300; ${percent(before)} before the restart, ${percent(after)} after it; ${order.length - 850} calls made twice`,
  );
  expect(Math.abs(inAll - 300)).toBeLessThanOrEqual(15);
  expect(Math.abs(after - 0.75)).toBeLessThanOrEqual(0.05);
});

test("where priorities mix, nobody starves, and shares go by weight within each", async ({
  annotate,
}) => {
  // Few slots at a time: what waits is always more.
  const { stack, operator } = await start({
    accounts: 10,
    perMinute: 3,
    windowMs: 1_000,
  });
  const weights = { a: 1, b: 1, c: 2 };
  const names = Object.keys(weights) as (keyof typeof weights)[];
  const kinds = ["high", "normal", "low"];
  // The first slots are free, and go to those who come first.
  let uncounted = 90;
  let isOver = false;
  const answered = new Map<string, number>();
  const loops: (() => Promise<void>)[] = [];
  for (const name of names) {
    const { key } = await operator.create(name, { weight: weights[name] });
    for (const priority of kinds) {
      const marker = `${name} ${priority}`;
      const headers = { ...withKey(key), "x-priority": priority };
      for (let loop = 0; loop < 25 * weights[name]; loop += 1) {
        loops.push(async () => {
          while (!isOver) {
            const signal = AbortSignal.timeout(150_000);
            const asked = { headers, marker, signal };
            const { status } = await chat(stack.url, asked).catch(() => ({
              status: 0,
            }));
            if (status !== 200 || isOver) continue;
            uncounted -= 1;
            if (uncounted >= 0) continue;
            answered.set(marker, (answered.get(marker) ?? 0) + 1);
          }
        });
      }
    }
  }
  const running = loops.map((loop) => loop());
  const all = names.length * kinds.length;
  await until(
    "each has had answers",
    () => answered.size === all && [...answered.values()].every((n) => n >= 10),
    150_000,
  );
  isOver = true;
  await annotate(JSON.stringify(Object.fromEntries(answered)));
  for (const priority of kinds) {
    const turns = names.map(
      (name) => (answered.get(`${name} ${priority}`) ?? 0) / weights[name],
    );
    expect(Math.max(...turns) - Math.min(...turns)).toBeLessThanOrEqual(
      Math.max(3, 0.1 * Math.max(...turns)),
    );
  }
  await stack.stop();
  await Promise.all(running);
}, 240_000);

const percent = (part: number) => `${(100 * part).toFixed(1)} %`;
