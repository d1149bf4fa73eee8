import { randomUUID } from "node:crypto";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import type { Redis } from "ioredis";
import { pino } from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import { EndedLog } from "../../../../apps/gateway/src/requests/ended/ended-log.ts";
import { createReadRequests } from "../../../../apps/gateway/src/requests/listing/read-requests.ts";
import { requestsQuerySchema } from "../../../../apps/gateway/src/requests/listing/requests-query.ts";
import { openRedis } from "../../../support/redis/open-redis.ts";
import { until } from "../../../support/until.ts";

const logger = pino({ level: "silent" });
let redis: Redis;
let redisKeys: RedisKeys;
let log: EndedLog;
/** The time that the log has for "now". */
let at: number;

beforeEach(() => {
  ({ redis, redisKeys } = openRedis());
  const clock = { now: () => at } as RedisClock;
  log = new EndedLog({ redis, redisKeys, clock, most: 10_000, logger });
});
afterEach(() => log.stop());

function record(requestId: string, status: number) {
  log.record({
    kind: "waiting",
    requestId,
    of: undefined,
    jobId: randomUUID(),
    client: undefined,
    model: "m/a:free",
    calledModel: undefined,
    key: undefined,
    status,
    code: undefined,
    error: undefined,
    waitedMs: 1,
    callMs: 1,
    totalMs: 2,
    calls: 1,
    promptTokens: undefined,
    completionTokens: undefined,
  });
}

const read = async (query: object) => {
  const { requests } = await createReadRequests({
    redis,
    redisKeys,
    clock: new RedisClock(),
    names: { nameClient: (id) => id, maskOf: () => undefined },
  })(requestsQuerySchema.parse(query));
  return requests.map(({ id }) => id);
};

const minuteMs = 60_000;
const iso = (time: number) => new Date(time).toISOString();

test("requests that ended while Redis was away are found by the time at which they ended", async () => {
  // The log could write them only 20 minutes later.
  const outage = Date.now() - 20 * minuteMs;
  at = outage;
  record("req_outage", 503);
  at = Date.now();
  record("req_now", 200);
  await log.flush();
  const during = { from: iso(outage - minuteMs), to: iso(outage + minuteMs) };
  expect(await read(during)).toEqual(["req_outage"]);
  expect(await read({ ...during, model: "m/a" })).toEqual(["req_outage"]);
  // With a filter that everything matches, and without.
  const lately = iso(outage + 10 * minuteMs);
  expect(await read({ from: lately, model: "m/a" })).toEqual(["req_now"]);
  expect(await read({ from: lately })).toEqual(["req_now"]);
  expect(await read({ to: lately })).toEqual(["req_outage"]);
});

test("what others write late or in time later does not hide it", async () => {
  const outage = Date.now() - 20 * minuteMs;
  at = outage;
  record("req_outage", 503);
  await log.flush();
  // A shorter delay.
  at = Date.now() - minuteMs;
  record("req_late", 200);
  await log.flush();
  at = Date.now();
  record("req_now", 200);
  await log.flush();
  expect(await read({ to: iso(outage) })).toEqual(["req_outage"]);
  expect(await redis.pttl(redisKeys.endedRequestsDelay)).toBeGreaterThan(0);
});

test("a request that ended in the last second of a range is in the range", async () => {
  const end = Date.now();
  at = end - 400;
  record("req_in", 200);
  at = end;
  record("req_after", 200);
  // Records are written once a second: after the end of the range.
  await until("the range is over", () => Date.now() > end + 20);
  await log.flush();
  expect(await read({ to: iso(end - 200) })).toEqual(["req_in"]);
});

test("after Redis's clock was set back, requests are found by the time at which they ended", async () => {
  // What a server leaves whose clock was ahead: ids of streams never go back.
  const ahead = Date.now() + 10 * minuteMs;
  at = ahead;
  record("req_ahead", 200);
  await log.flush();
  const [entry] = await redis.xrange(redisKeys.endedRequests, "-", "+");
  const fields = entry?.[1] ?? [];
  await redis.xadd(redisKeys.endedRequests, `${ahead}-0`, ...fields);
  at = Date.now() - 5_000;
  record("req_after", 200);
  await log.flush();
  const from = iso(at - minuteMs);
  expect(await read({ from, to: iso(at + minuteMs) })).toEqual(["req_after"]);
});
