import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { afterEach, expect, type TestContext, test } from "vitest";
import { chat, countStatuses } from "../support/clients/chat.ts";
import { readPoolStatus } from "../support/clients/pool-status.ts";
import { type Stack, startStack } from "../support/processes/stack.ts";
import { fillQueue } from "../support/redis/fill-queue.ts";
import {
  type PrivateRedis,
  privateRedisAvailable,
  startPrivateRedis,
} from "../support/redis/redis.ts";
import { watchCommands } from "../support/redis/watch-commands.ts";
import { until } from "../support/until.ts";

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

test.for([
  // A worker that has nothing else to do has to be woken for each request: one command more.
  { connections: 1, requests: 300, mostCommands: 5 },
  { connections: 10, requests: 600, mostCommands: 5 },
  { connections: 100, requests: 1_500, mostCommands: 4 },
])(
  "while nothing is limited, a request over $connections connections costs at most $mostCommands commands",
  async ({ connections, requests, mostCommands }, context) => {
    const redis = await startRedis(context);
    stack = await startStack({
      redisUrl: redis.url,
      accounts: 10,
      perMinute: 100_000,
      perDay: 1_000_000,
      env: { WORKER_CONCURRENCY: "200" },
    });
    const { url } = stack;
    for (let n = 0; n < 20; n += 1) await chat(url);

    const { counts, stop } = await watchCommands(redis.url);
    let left = requests;
    const clients = Array.from({ length: connections }, async () => {
      const answers = [];
      while (left-- > 0) answers.push(await chat(url));
      return answers;
    });
    const answers = (await Promise.all(clients)).flat();
    await stop();

    const total = sumOf(counts.values());
    await context.annotate(
      `${(total / requests).toFixed(2)} commands a request over ${connections} connections: ${describe(counts)} for ${requests}`,
    );
    expect(countStatuses(answers)).toEqual({ 200: requests });
    expect(total / requests).toBeLessThanOrEqual(mostCommands);
  },
);

test("while 10,000 jobs wait for the next slot, a worker sends at most 5 commands a second", async (context) => {
  const redis = await startRedis(context);
  const [slots, waiting, workers] = [10, 10_000, 2];
  stack = await startStack({
    redisUrl: redis.url,
    accounts: 2,
    perMinute: slots / 2,
    perDay: 1_000_000,
    windowMs: 600_000,
    workers,
  });
  const { url, prefix } = stack;
  await fillQueue(redis.url, prefix, slots + waiting);
  await until(
    "every slot is used",
    async () => (await readPoolStatus(url)).queue.waiting === waiting,
  );

  const seconds = 10;
  const { counts, countsByAddress, stop } = await watchCommands(redis.url);
  await sleep(seconds * 1_000);
  await stop();
  const gateways = await findGateways(redis.url);
  const ofWorkers = [...countsByAddress].flatMap(([address, count]) =>
    gateways.has(address) ? [] : [count],
  );
  const perSecond = sumOf(ofWorkers) / seconds / workers;
  await context.annotate(
    `${perSecond.toFixed(1)} commands a second per worker; of workers and gateway in ${seconds} s: ${describe(counts)}`,
  );
  expect(perSecond).toBeLessThanOrEqual(5);
  expect((await readPoolStatus(url)).queue.waiting).toBe(waiting);
});

const sumOf = (counts: Iterable<number>) =>
  [...counts].reduce((sum, count) => sum + count, 0);

const describe = (counts: ReadonlyMap<string, number>) =>
  JSON.stringify(Object.fromEntries(counts));

/** The addresses of gateways' connections: `id=3 addr=127.0.0.1:5000 … name=gateway …`. */
async function findGateways(url: string): Promise<ReadonlySet<string>> {
  const client = new Redis(url);
  const list = String(await client.client("LIST"));
  client.disconnect();
  const found = list.matchAll(/\baddr=(\S+).* name=gateway/g);
  return new Set([...found].map(([, address = ""]) => address));
}
