import { ModelRecorder } from "@openrouter-free-pool/shared/models/model-recorder";
import { createReadModelRecords } from "@openrouter-free-pool/shared/models/model-records";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import type { Redis } from "ioredis";
import { pino } from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openRedis } from "../../support/redis/open-redis.ts";

const logger = pino({ level: "silent" });
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

let redis: Redis;
let redisKeys: RedisKeys;
let now: number;
const recorders: ModelRecorder[] = [];

beforeEach(() => {
  now = Date.now();
  ({ redis, redisKeys } = openRedis());
});
afterEach(() =>
  Promise.all(recorders.splice(0).map((recorder) => recorder.stop())),
);

/** A worker that thinks that it is `at`. */
function startRecorder(at = now): ModelRecorder {
  const clock = new RedisClock();
  clock.add({ sentAt: performance.now(), roundTripMs: 0, redisTime: at });
  const recorder = new ModelRecorder({ redis, redisKeys, clock, logger });
  recorders.push(recorder);
  return recorder;
}

const openRecords = () => createReadModelRecords({ redis, redisKeys });

const answered = { outcome: "answered", upstreamMs: 100 } as const;

test("what several workers saw of a model is one record", async () => {
  for (const worker of [startRecorder(), startRecorder()]) {
    worker.record("a:free", { ...answered, completionTokens: 20 });
    worker.record("a:free", { outcome: "failed", upstreamMs: 9_000 });
    worker.record("b:free", { ...answered, firstTokenMs: 40 });
    await worker.flush();
  }
  const records = await openRecords()(now);
  expect([...records.keys()].sort()).toEqual(["a:free", "b:free"]);
  const a = records.get("a:free");
  expect(a?.hour).toMatchObject({
    calls: 4,
    answered: 2,
    failed: 2,
    successRate: 0.5,
    tokensPerSecond: 200,
  });
  // A failure takes its time, which is not that of an answer.
  expect(a?.hour.latencyP95Ms).toBeLessThan(200);
  expect(a?.day).toEqual(a?.hour);
  expect(records.get("b:free")?.hour.firstTokenP50Ms).toBeGreaterThan(10);
});

test("the hour forgets after an hour, the day after a day", async () => {
  for (const ago of [0, 2 * hourMs, 25 * hourMs]) {
    const worker = startRecorder(now - ago);
    worker.record("a:free", answered);
    await worker.flush();
  }
  const record = (await openRecords()(now)).get("a:free");
  expect(record?.hour.calls).toBe(1);
  expect(record?.day.calls).toBe(2);
});

test("every slice expires some time after it is told of", async () => {
  const worker = startRecorder();
  worker.record("a:free", answered);
  await worker.flush();
  const ttl = (key: string) => redis.pttl(key);
  const hour = redisKeys.modelRecords("hour", Math.floor(now / 300_000));
  const day = redisKeys.modelRecords("day", Math.floor(now / hourMs));
  expect(await ttl(hour)).toBeGreaterThan(69 * minuteMs);
  expect(await ttl(hour)).toBeLessThanOrEqual(70 * minuteMs);
  expect(await ttl(day)).toBeGreaterThan(25.9 * hourMs);
  expect(await ttl(day)).toBeLessThanOrEqual(26 * hourMs);
});

test("models beyond the 200th of a slice share a name", async () => {
  const worker = startRecorder();
  for (let i = 0; i < 210; i += 1) worker.record(`m-${i}:free`, answered);
  worker.record("m-3:free", answered);
  await worker.flush();
  const records = await openRecords()(now);
  expect(records.size).toBe(201);
  expect(records.get("other")?.day.calls).toBe(10);
  expect(records.get("m-3:free")?.day.calls).toBe(2);
});

test("slices that cannot change any more are read once", async () => {
  const readRecords = openRecords();
  const slice = Math.floor(now / 300_000);
  const [old, current] = [slice - 3, slice].map((each) =>
    redisKeys.modelRecords("hour", each),
  ) as [string, string];
  await redis.hset(old, "answered a:free", 1);
  await readRecords(now);
  await redis.hset(old, "answered a:free", 5);
  await redis.hset(current, "answered a:free", 2);
  const records = await readRecords(now);
  expect(records.get("a:free")?.hour.answered).toBe(3);
  // Two hours later nothing of this hour is kept in memory.
  await readRecords(now + 2 * hourMs);
  const again = await readRecords(now);
  expect(again.get("a:free")?.hour.answered).toBe(7);
});

test("every gateway hears of counts that come late, as after an outage", async () => {
  // Far enough from now that the slice of a day has ended as well.
  const cutOff = now - 2 * hourMs;
  const worker = startRecorder(cutOff);
  worker.record("a:free", answered);

  const readRecords = openRecords();
  const before = await readRecords(cutOff + 30 * minuteMs);
  expect(before.has("a:free")).toBe(false);
  expect((await readRecords(now)).has("a:free")).toBe(false);

  await worker.flush();
  expect((await readRecords(now)).get("a:free")?.day.calls).toBe(1);
  const atThatTime = await readRecords(cutOff + 30 * minuteMs);
  expect(atThatTime.get("a:free")?.hour.calls).toBe(1);
});
