import { randomUUID } from "node:crypto";
import { openCompletionsQueue } from "@openrouter-free-pool/shared/queue/completions-queue";
import { findLostFetches } from "@openrouter-free-pool/shared/queue/lost-fetches";
import { openManualWorker } from "@openrouter-free-pool/shared/queue/manual-worker";
import {
  connectRedis,
  disconnectRedis,
} from "@openrouter-free-pool/shared/redis/connect";
import { createRedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import { pino } from "pino";
import { expect, inject, onTestFinished, test } from "vitest";
import { removeKeys } from "../../support/remove-keys.ts";

const logger = pino({ level: "silent" });

async function open() {
  const prefix = `test-${randomUUID()}`;
  const url = inject("redisUrl");
  const redisKeys = createRedisKeys(prefix);
  const redis = connectRedis(
    { url },
    { role: "durable", name: "test", logger },
  );
  const queue = openCompletionsQueue(redis, redisKeys);
  const [ours, other] = [1, 2].map(() =>
    openManualWorker({ redis, redisKeys, clock: new RedisClock(), logger }),
  );
  if (!ours || !other) throw new Error("no worker");
  onTestFinished(async () => {
    await Promise.all([ours.close(true), other.close(true), queue.close()]);
    await disconnectRedis(redis);
    await removeKeys(url, prefix);
  });
  return { redis, redisKeys, queue, ours, other };
}

test("a job whose reply was lost is found under its lock; those in hand and those of others are not", async () => {
  const { redis, redisKeys, queue, ours, other } = await open();
  await queue.addBulk(
    Array.from({ length: 3 }, () => ({
      name: "completion",
      data: { requestId: randomUUID() } as never,
      opts: { priority: 20 },
    })),
  );
  const fetchFor = (worker: typeof ours, count: number) =>
    worker.getNextJob(`${worker.id}:${count}`, { block: false });
  const inHand = await fetchFor(ours, 0);
  const lost = await fetchFor(ours, 1);
  const ofOther = await fetchFor(other, 0);
  expect([inHand, lost, ofOther].every(Boolean)).toBe(true);

  const hasInHand = (jobId: string) => jobId === inHand?.id;
  const deps = { worker: ours, redis, redisKeys };
  const found = await findLostFetches(deps, hasInHand);
  expect(found).toMatchObject([
    { job: { id: lost?.id, token: `${ours.id}:1` }, token: `${ours.id}:1` },
  ]);
  // Its lock is good: the job can be moved as if its reply had arrived.
  await found[0]?.job.moveToWait(`${ours.id}:1`);
  expect(await findLostFetches(deps, hasInHand)).toEqual([]);
});
