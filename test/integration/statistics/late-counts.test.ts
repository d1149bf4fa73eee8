import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import {
  type Resolution,
  resolutions,
} from "@openrouter-free-pool/shared/statistics/resolutions";
import { sliceAt } from "@openrouter-free-pool/shared/statistics/slices";
import { StatisticsHistory } from "@openrouter-free-pool/shared/statistics/statistics-history";
import { StatisticsRecorder } from "@openrouter-free-pool/shared/statistics/statistics-recorder";
import type { Redis } from "ioredis";
import { pino } from "pino";
import {
  afterEach,
  beforeEach,
  expect,
  onTestFinished,
  test,
  vi,
} from "vitest";
import { summarize } from "../../../apps/gateway/src/history/stretches.ts";
import { openRedis } from "../../support/redis/open-redis.ts";

const logger = pino({ level: "silent" });
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
let redis: Redis;
let redisKeys: RedisKeys;
/** The time for processes; scripts go by Redis's own, which is an hour later or more. */
let now: number;
const recorders: StatisticsRecorder[] = [];

beforeEach(() => {
  ({ redis, redisKeys } = openRedis());
});
afterEach(() =>
  Promise.all(recorders.splice(0).map((recorder) => recorder.stop())),
);

function startRecorder(): StatisticsRecorder {
  const clock = { now: () => now } as RedisClock;
  const recorder = new StatisticsRecorder({ redis, redisKeys, clock, logger });
  recorders.push(recorder);
  return recorder;
}
const openHistory = (resolution: Resolution) =>
  new StatisticsHistory({ redis, redisKeys, resolution });

test.each([
  ["an hour", resolutions.seconds, hourMs],
  ["a day", resolutions.minute, dayMs],
  ["90 days", resolutions.hour, 90 * dayMs],
] as const)(
  "the pages of all gateways agree about %s after a process was cut off from Redis",
  async (_name, resolution, spanMs) => {
    const cutOff = Math.floor(Date.now() / hourMs - 1) * hourMs - 20_000;
    now = cutOff;
    const recorder = startRecorder();
    recorder.count("status:200", 500);
    // An operator has the page open at a gateway that has its Redis.
    now = cutOff + 10 * 60_000;
    const openPage = openHistory(resolution);
    expect(summarize(await openPage.read(spanMs, now)).answered).toBe(0);

    await recorder.flush();
    now += 5_000;
    for (const page of [openPage, openHistory(resolution)]) {
      expect(summarize(await page.read(spanMs, now)).answered).toBe(500);
    }
    // A second one comes back later still.
    now = cutOff;
    recorder.count("status:200", 7);
    await recorder.flush();
    now = cutOff + 11 * 60_000;
    expect(summarize(await openPage.read(spanMs, now)).answered).toBe(507);
  },
);

test("a slice to which counts came late is read once more, not for ever", async () => {
  const resolution = resolutions.seconds;
  now = Date.now() - 2 * hourMs;
  const recorder = startRecorder();
  recorder.count("status:200");
  await recorder.flush();
  const key = redisKeys.statistics("seconds", sliceAt(resolution, now));
  const page = openHistory(resolution);
  now += 60_000;
  expect(summarize(await page.read(hourMs, now)).answered).toBe(1);
  await redis.hset(key, "status:200", 5);
  expect(summarize(await page.read(hourMs, now)).answered).toBe(1);
});

test("counts that come in time leave no mark, and marks expire with their slices", async () => {
  const { name, ttlMs } = resolutions.seconds;
  const late = redisKeys.lateStatistics(name);
  // A clock that is ahead: a slow test is in time, too.
  now = Date.now() + 60_000;
  const recorder = startRecorder();
  recorder.count("status:200");
  await recorder.flush();
  expect(await redis.exists(late)).toBe(0);

  const expired = Date.now() - ttlMs - 1;
  await redis.zadd(late, expired, "1");
  now = Date.now() - 10 * 60_000;
  recorder.count("status:200");
  await recorder.flush();
  const slice = sliceAt(resolutions.seconds, now);
  expect(await redis.zrange(late, 0, "-1")).toEqual([String(slice)]);
  expect(await redis.pttl(late)).toBeGreaterThan(0);
  expect(await redis.pttl(late)).toBeLessThanOrEqual(ttlMs);
});

test.each([0, 25 * 60_000])(
  "a page that was read while Redis's clock was ahead is right again %i ms after it was set back",
  async (laterMs) => {
    // These counts come in time.
    const truth = Date.now();
    const page = openHistory(resolutions.seconds);
    await page.read(hourMs, truth + 20 * 60_000);
    now = truth;
    const recorder = startRecorder();
    recorder.count("status:200", 5);
    await recorder.flush();
    now += 60_000 + laterMs;
    vi.spyOn(performance, "now").mockReturnValue(
      performance.now() + 60_000 + laterMs,
    );
    onTestFinished(() => void vi.restoreAllMocks());
    expect(summarize(await page.read(hourMs, now)).answered).toBe(5);
  },
);
