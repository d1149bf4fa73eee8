import { connectRedis } from "@openrouter-free-pool/shared/redis/connect";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import { resolutions } from "@openrouter-free-pool/shared/statistics/resolutions";
import { StatisticsHistory } from "@openrouter-free-pool/shared/statistics/statistics-history";
import { StatisticsRecorder } from "@openrouter-free-pool/shared/statistics/statistics-recorder";
import { dayOf } from "@openrouter-free-pool/shared/usage/usage-counts";
import { readUsageOfDay } from "@openrouter-free-pool/shared/usage/usage-history";
import { UsageRecorder } from "@openrouter-free-pool/shared/usage/usage-recorder";
import type { Redis } from "ioredis";
import { pino } from "pino";
import { afterEach, beforeEach, expect, inject, test } from "vitest";
import { summarize } from "../../../apps/gateway/src/history/stretches.ts";
import { EndedLog } from "../../../apps/gateway/src/requests/ended/ended-log.ts";
import {
  type FaultyLine,
  startFaultyLine,
} from "../../support/network/faulty-line.ts";
import { openRedis } from "../../support/redis/open-redis.ts";

const logger = pino({ level: "silent" });
const clock = { now: () => Date.now() } as RedisClock;
let redis: Redis;
let redisKeys: RedisKeys;
let line: FaultyLine;
/** A connection over the line. */
let through: Redis;

beforeEach(async () => {
  ({ redis, redisKeys } = openRedis());
  line = await startFaultyLine(Number(new URL(inject("redisUrl")).port));
  through = connectRedis(
    { url: `redis://127.0.0.1:${line.port}` },
    { role: "durable", name: "test-line", logger },
  );
  await through.ping();
});
afterEach(async () => {
  through.disconnect();
  await line.stop();
});

/** Breaks the connection before the next answer of Redis, which has done what it was asked. @returns how often it did. */
function breakBeforeAnswer(): () => number {
  let broken = 0;
  line.follow(({ direction }) => {
    if (direction === "request" || broken > 0) return "pass";
    broken += 1;
    return "break";
  });
  return () => broken;
}

test("a client's use is counted once where a connection breaks before Redis's answer", async () => {
  const usage = new UsageRecorder({ redis: through, redisKeys, clock, logger });
  // The server knows the script then.
  usage.record("a", "m/a:free", { calls: 1 });
  await usage.flush();
  const broken = breakBeforeAnswer();
  usage.record("a", "m/a:free", { calls: 10 });
  await usage.flush();
  expect(broken()).toBe(1);
  const [entry] = await readUsageOfDay(redis, redisKeys, dayOf(Date.now()));
  expect(entry?.counts.calls).toBe(11);
});

test("so are statistics", async () => {
  const recorder = new StatisticsRecorder({
    ...{ redis: through, redisKeys, clock, logger },
  });
  recorder.count("status:200", 1);
  await recorder.flush();
  const broken = breakBeforeAnswer();
  recorder.count("status:200", 10);
  await recorder.flush();
  expect(broken()).toBe(1);
  const history = new StatisticsHistory({
    ...{ redis, redisKeys, resolution: resolutions.seconds },
  });
  const slices = await history.read(3_600_000, Date.now());
  expect(summarize(slices).answered).toBe(11);
});

test("a request is listed once", async () => {
  const log = new EndedLog({
    ...{ redis: through, redisKeys, clock, most: 1_000, logger },
  });
  const facts = {
    ...{ of: undefined, jobId: undefined, client: undefined, key: undefined },
    ...{ model: "m/a:free", calledModel: undefined, code: undefined },
    ...{ error: undefined, waitedMs: 1, callMs: 1, totalMs: 2, calls: 1 },
    ...{ promptTokens: undefined, completionTokens: undefined },
  };
  log.record({ kind: "waiting", requestId: "one", status: 200, ...facts });
  await log.flush();
  const broken = breakBeforeAnswer();
  log.record({ kind: "waiting", requestId: "two", status: 200, ...facts });
  await log.flush();
  expect(broken()).toBe(1);
  expect(await redis.xlen(redisKeys.endedRequests)).toBe(2);
});

test("counts that no number is are left out, and hold up no others", async () => {
  const usage = new UsageRecorder({ redis, redisKeys, clock, logger });
  usage.record("a", "m/a:free", { calls: 1, promptTokens: Number.NaN });
  usage.record("a", "m/a:free", { calls: 1, promptTokens: 1e30 });
  await usage.flush();
  await usage.flush();
  const [entry] = await readUsageOfDay(redis, redisKeys, dayOf(Date.now()));
  expect(entry?.counts).toMatchObject({ calls: 2 });
});
