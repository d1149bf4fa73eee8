import { randomUUID } from "node:crypto";
import { connectRedis } from "@openrouter-free-pool/shared/redis/connect";
import { createRedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import {
  bucketAt,
  bucketMs,
} from "@openrouter-free-pool/shared/statistics/figures";
import { StatisticsHistory } from "@openrouter-free-pool/shared/statistics/statistics-history";
import { StatisticsRecorder } from "@openrouter-free-pool/shared/statistics/statistics-recorder";
import type { Redis } from "ioredis";
import { pino } from "pino";
import { afterEach, beforeEach, expect, inject, test } from "vitest";
import {
  countBy,
  summarize,
} from "../../../apps/gateway/src/admin/overview/read/last-hour.ts";

const logger = pino({ level: "silent" });
const hourMs = 3_600_000;

let redis: Redis;
let redisKeys: ReturnType<typeof createRedisKeys>;
const recorders: StatisticsRecorder[] = [];

beforeEach(() => {
  redisKeys = createRedisKeys(`test-${randomUUID()}`);
  redis = connectRedis(
    { url: inject("redisUrl") },
    {
      role: "durable",
      name: "test",
      logger,
    },
  );
});
afterEach(async () => {
  await Promise.all(recorders.splice(0).map((recorder) => recorder.stop()));
  await redis.quit();
});

function startRecorder(clock = new RedisClock()): StatisticsRecorder {
  const recorder = new StatisticsRecorder({ redis, redisKeys, clock, logger });
  recorders.push(recorder);
  return recorder;
}

test("what several processes count is added up, in few commands", async () => {
  const processes = [startRecorder(), startRecorder(), startRecorder()];
  for (const recorder of processes) {
    for (let i = 0; i < 1_000; i += 1) {
      recorder.count("status:200");
      recorder.observe("wait", i);
    }
    recorder.count("verdict:model-limited", 7);
    await recorder.flush();
  }
  const history = new StatisticsHistory({ redis, redisKeys });
  const buckets = await history.read(hourMs, Date.now());
  const total = summarize(buckets);
  expect(total.answered).toBe(3_000);
  expect(countBy(buckets, "verdict:")).toMatchObject([
    { name: "model-limited", count: 21 },
  ]);
  expect(total.waitMedianMs).toBeGreaterThan(400);
  expect(total.waitMedianMs).toBeLessThan(600);
  expect(total.wait95Ms).toBeGreaterThan(850);
});

test("processes whose clocks differ from Redis's count into the slices of Redis's clock", async () => {
  const awayMs = 660_000;
  const clock = new RedisClock();
  const redisTime = Date.now() + awayMs;
  clock.add({ sentAt: performance.now(), roundTripMs: 0, redisTime });
  const recorder = startRecorder(clock);
  recorder.count("status:200");
  recorder.observe("wait", 10);
  await recorder.flush();
  const history = new StatisticsHistory({ redis, redisKeys });
  const [before, after] = [
    await history.read(awayMs - 60_000, redisTime - awayMs),
    await history.read(60_000, clock.now()),
  ].map(summarize);
  expect(before?.answered).toBe(0);
  expect(after?.answered).toBe(1);
  expect(after?.waitMedianMs).toBeGreaterThan(0);
});

test("every slice of time is forgotten some time after its hour", async () => {
  const recorder = startRecorder();
  recorder.count("status:200");
  await recorder.flush();
  const now = bucketAt(Date.now());
  const ttls = await Promise.all(
    [now, now - 1].map((bucket) => redis.pttl(redisKeys.statistics(bucket))),
  );
  const ttlMs = Math.max(...ttls);
  expect(ttlMs).toBeGreaterThan(hourMs);
  expect(ttlMs).toBeLessThan(2 * hourMs);
});

test("nothing is sent while nothing happens, and nothing is lost when Redis refuses", async () => {
  const recorder = startRecorder();
  await recorder.flush();
  expect(await redis.exists(redisKeys.statistics(bucketAt(Date.now())))).toBe(
    0,
  );
  recorder.count("status:200", 2);
  const bucket = redisKeys.statistics(bucketAt(Date.now()));
  await redis.set(bucket, "in the way");
  await expect(recorder.flush()).rejects.toThrow(/WRONGTYPE/);
  await redis.del(bucket);
  await recorder.flush();
  expect(await redis.hget(bucket, "status:200")).toBe("2");
});

test("slices that cannot change any more are read once", async () => {
  const history = new StatisticsHistory({ redis, redisKeys });
  const now = Date.now();
  const old = bucketAt(now - 10 * bucketMs);
  await redis.hset(redisKeys.statistics(old), "status:200", 1);
  await history.read(hourMs, now);
  await redis.hset(redisKeys.statistics(old), "status:200", 5);
  await redis.hset(redisKeys.statistics(bucketAt(now)), "status:200", 2);
  expect(summarize(await history.read(hourMs, now)).answered).toBe(3);
});
