import { setTimeout as sleep } from "node:timers/promises";
import { priorities } from "@openrouter-free-pool/shared/queue/priorities";
import { createFinishJob } from "@openrouter-free-pool/shared/replies/finish-jobs";
import { Redis } from "ioredis";
import { expect, test } from "vitest";
import { openQueue } from "../../support/redis/bullmq-queue.ts";
import {
  privateRedisAvailable,
  startPrivateRedis,
} from "../../support/redis/redis.ts";

test("an answer waits while Redis refuses to write, and is handed in once it may", async (context) => {
  if (!privateRedisAvailable()) context.skip("needs redis-server on the PATH");
  const server = await startPrivateRedis();
  context.onTestFinished(() => server.stop());
  const { redis, redisKeys, keys, add, fetch } = await openQueue(server.url);
  await add(priorities.normal, "a");
  const job = await fetch();
  const finishJob = createFinishJob(redis, redisKeys);

  // As a full disk (MISCONF) and a failover (READONLY) do, and easier to bring about.
  await redis.config("SET", "min-replicas-to-write", "1");
  await expect(redis.set("any", "1")).rejects.toThrow("NOREPLICAS");
  const finished = finishJob({ job, ending: { status: 200 } });
  const waits = sleep(600).then(() => "waits");
  expect(await Promise.race([finished, waits])).toBe("waits");

  await redis.config("SET", "min-replicas-to-write", "0");
  expect(await finished).toBe(true);
  expect(await redis.exists(keys.job("a"))).toBe(0);
});

const refusals = [
  { setting: "maxclients", during: "1", after: "1000" },
  { setting: "requirepass", during: "another", after: "" },
];

test.for(refusals)(
  "an answer waits while Redis lets nobody in: $setting",
  async ({ setting, during, after }, context) => {
    if (!privateRedisAvailable())
      context.skip("needs redis-server on the PATH");
    const server = await startPrivateRedis();
    context.onTestFinished(() => server.stop());
    const operator = new Redis(server.url);
    context.onTestFinished(() => operator.disconnect());
    const { redis, redisKeys, add, fetch } = await openQueue(server.url);
    await add(priorities.normal, "a");
    const job = await fetch();
    const finishJob = createFinishJob(redis, redisKeys);

    await operator.config("SET", setting, during);
    await operator.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
    const finished = finishJob({ job, ending: { status: 200 } });
    const waits = sleep(1_000).then(() => "waits");
    expect(await Promise.race([finished, waits])).toBe("waits");

    await operator.config("SET", setting, after);
    expect(await finished).toBe(true);
  },
);
