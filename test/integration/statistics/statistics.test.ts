import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import {
  type Resolution,
  resolutions,
} from "@openrouter-free-pool/shared/statistics/resolutions";
import { sliceAt } from "@openrouter-free-pool/shared/statistics/slices";
import { StatisticsHistory } from "@openrouter-free-pool/shared/statistics/statistics-history";
import { StatisticsRecorder } from "@openrouter-free-pool/shared/statistics/statistics-recorder";
import type { Redis } from "ioredis";
import { pino } from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  countBy,
  summarize,
} from "../../../apps/gateway/src/history/stretches.ts";
import { openRedis } from "../../support/redis/open-redis.ts";

const logger = pino({ level: "silent" });
const hourMs = 3_600_000;

let redis: Redis;
let redisKeys: RedisKeys;
const recorders: StatisticsRecorder[] = [];

beforeEach(() => {
  ({ redis, redisKeys } = openRedis());
});
afterEach(() =>
  Promise.all(recorders.splice(0).map((recorder) => recorder.stop())),
);

const { seconds } = resolutions;
const sliceOf = (time: number) => sliceAt(seconds, time);
const keyOf = (slice: number) => redisKeys.statistics("seconds", slice);
const openHistory = (resolution: Resolution = seconds) =>
  new StatisticsHistory({ redis, redisKeys, resolution });

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
  const history = openHistory();
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
  const history = openHistory();
  const [before, after] = [
    await history.read(awayMs - 60_000, redisTime - awayMs),
    await history.read(60_000, clock.now()),
  ].map(summarize);
  expect(before?.answered).toBe(0);
  expect(after?.answered).toBe(1);
  expect(after?.waitMedianMs).toBeGreaterThan(0);
});

test("minutes are kept for a day and hours for 90 days, then they are forgotten", async () => {
  const recorder = startRecorder();
  recorder.count("status:200");
  recorder.observe("wait", 20);
  recorder.observe("total", 20);
  await recorder.flush();
  const dayMs = 24 * hourMs;
  const kept = { seconds: hourMs, minute: dayMs, hour: 90 * dayMs };
  const now = Date.now();
  for (const resolution of Object.values(resolutions)) {
    const slice = sliceAt(resolution, now);
    const slices = [slice, slice - 1].map((each) =>
      redisKeys.statistics(resolution.name, each),
    );
    const ttls = await Promise.all(slices.map((key) => redis.pttl(key)));
    const ttlMs = Math.max(...ttls);
    expect(ttlMs).toBeGreaterThan(kept[resolution.name]);
    expect(ttlMs).toBeLessThanOrEqual(resolution.ttlMs);
    const history = openHistory(resolution);
    const buckets = await history.read(kept[resolution.name], now);
    expect(summarize(buckets)).toMatchObject({ answered: 1, failed: 0 });
    expect(summarize(buckets).waitMedianMs).toBeGreaterThan(0);
  }
});

test("the history of 90 days takes no more than some MB, however much happens", async ({
  annotate,
}) => {
  const recorder = startRecorder();
  // Everything that a busy pool with all kinds of trouble counts, and waits of all lengths.
  const statuses = [200, 400, 401, 404, 413, 429, 499, 500, 502, 503, 504];
  const verdicts = [
    ...["return", "relayed", "unfit", "aborted", "not-sent", "model-gone"],
    ...["model-limited", "account-limited:minute", "account-limited:day"],
    ...["transient:500", "transient:502", "transient:503", "broken:502"],
  ];
  for (let i = 0; i < 20_000; i += 1) {
    recorder.count(`status:${statuses[i % statuses.length] ?? 200}`);
    recorder.count(`verdict:${verdicts[i % verdicts.length]}`);
    recorder.observe("wait", i ** 2 / 10);
    recorder.observe("call", i * 10);
  }
  await recorder.flush();
  const now = Date.now();
  const bytesOf = async (resolution: Resolution) => {
    const key = redisKeys.statistics(resolution.name, sliceAt(resolution, now));
    return Number(await redis.memory("USAGE", key));
  };
  const { minute, hour } = resolutions;
  const slices = minute.ttlMs / minute.sliceMs + hour.ttlMs / hour.sliceMs;
  const total = (await bytesOf(hour)) * slices;
  await annotate(`${Math.round(total / 1024)} KiB at most`);
  expect(total).toBeLessThan(8 * 1024 * 1024);
});

test("nothing is sent while nothing happens, and nothing is lost when Redis refuses", async () => {
  const recorder = startRecorder();
  await recorder.flush();
  expect(await redis.exists(keyOf(sliceOf(Date.now())))).toBe(0);
  recorder.count("status:200", 2);
  const bucket = keyOf(sliceOf(Date.now()));
  await redis.set(bucket, "in the way");
  await expect(recorder.flush()).rejects.toThrow(/WRONGTYPE/);
  await redis.del(bucket);
  await recorder.flush();
  expect(await redis.hget(bucket, "status:200")).toBe("2");
});

test("slices that cannot change any more are read once", async () => {
  const history = openHistory();
  const now = Date.now();
  const old = sliceOf(now - 100_000);
  await redis.hset(keyOf(old), "status:200", 1);
  await history.read(hourMs, now);
  await redis.hset(keyOf(old), "status:200", 5);
  await redis.hset(keyOf(sliceOf(now)), "status:200", 2);
  expect(summarize(await history.read(hourMs, now)).answered).toBe(3);
});
