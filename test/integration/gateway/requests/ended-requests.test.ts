import { randomUUID } from "node:crypto";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import type { Redis } from "ioredis";
import { pino } from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import { EndedLog } from "../../../../apps/gateway/src/requests/ended/ended-log.ts";
import { readEnded } from "../../../../apps/gateway/src/requests/ended/read-ended.ts";
import { createReadRequests } from "../../../../apps/gateway/src/requests/listing/read-requests.ts";
import { requestsQuerySchema } from "../../../../apps/gateway/src/requests/listing/requests-query.ts";
import { openRedis } from "../../../support/redis/open-redis.ts";

const logger = pino({ level: "silent" });

let redis: Redis;
let redisKeys: RedisKeys;
const logs: EndedLog[] = [];

beforeEach(() => {
  ({ redis, redisKeys } = openRedis());
});
afterEach(() => Promise.all(logs.splice(0).map((log) => log.stop())));

function openLog(most = 10_000): EndedLog {
  const clock = new RedisClock();
  const log = new EndedLog({ redis, redisKeys, clock, most, logger });
  logs.push(log);
  return log;
}

function record(log: EndedLog, index: number, facts: object = {}) {
  log.record({
    kind: "waiting",
    requestId: `req_${index}`,
    of: undefined,
    jobId: randomUUID(),
    client: index % 2 === 0 ? "alice" : "bob",
    model: "google/gemma-4-31b-it:free",
    calledModel: undefined,
    key: "sk-or-v1-abc...xyz",
    status: 200,
    code: undefined,
    error: undefined,
    waitedMs: 120,
    callMs: 800,
    totalMs: 930,
    calls: 1,
    promptTokens: 120,
    completionTokens: 340,
    ...facts,
  });
}

const read = (query: object) =>
  createReadRequests({
    redis,
    redisKeys,
    clock: new RedisClock(),
    names: { nameClient: (id) => id, maskOf: () => undefined },
  })(requestsQuerySchema.parse(query));

const idsOf = ({ requests }: { requests: readonly { id: string | null }[] }) =>
  requests.map(({ id }) => id);

test("the list of ended requests has a bound and an expiry, and a record is small", async ({
  annotate,
}) => {
  const log = openLog(1_000);
  for (let index = 0; index < 3_000; index += 1) record(log, index);
  await log.flush();
  const kept = await redis.xlen(redisKeys.endedRequests);
  expect(kept).toBeGreaterThanOrEqual(1_000);
  expect(kept).toBeLessThan(1_200);
  expect(await redis.pttl(redisKeys.endedRequests)).toBeGreaterThan(0);
  const bytes = Number(await redis.memory("USAGE", redisKeys.endedRequests));
  await annotate(`${Math.round(bytes / kept)} bytes a request`);
  expect(bytes / kept).toBeLessThan(600);
});

test("pages are of 50, newest first, and no request is told twice or left out", async () => {
  const log = openLog();
  for (let index = 0; index < 120; index += 1) record(log, index);
  await log.flush();
  const seen: (string | null)[] = [];
  let cursor: string | undefined;
  do {
    const page = await read({ cursor });
    expect(page.requests.length).toBeLessThanOrEqual(50);
    seen.push(...idsOf(page));
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  expect(seen).toEqual(
    Array.from({ length: 120 }, (_, index) => `req_${119 - index}`),
  );
});

test("a filter looks at a bounded number of them, says so, and goes on from there", async () => {
  const log = openLog();
  const error = "Provider returned error";
  record(log, 7, { status: 502, error, model: "rare/model:free" });
  for (let index = 8; index < 1_500; index += 1) record(log, index);
  await log.flush();
  const first = await read({ model: "RARE" });
  expect(first.requests).toEqual([]);
  expect(first.looked.requests).toBe(1_000);
  expect(first.looked.backTo).not.toBeNull();
  expect(first.counts.ended).toBe(1_493);
  const second = await read({ model: "rare", cursor: first.next });
  expect(second.requests).toMatchObject([
    { id: "req_7", state: "failed", status: 502, error, client: "bob" },
  ]);
  expect(second.next).toBeNull();
  expect(idsOf(await read({ status: "failed", cursor: first.next }))).toEqual([
    "req_7",
  ]);
  const bobs = await read({ client: "bob" });
  expect(new Set(bobs.requests.map(({ client }) => client))).toEqual(
    new Set(["bob"]),
  );
  const later = new Date(Date.now() + 60_000).toISOString();
  expect(idsOf(await read({ from: later }))).toEqual([]);
  expect(idsOf(await read({ to: later }))).toHaveLength(50);
});

test("what ended while Redis refused is recorded later; where nothing is to be kept nothing is", async () => {
  const log = openLog();
  await redis.set(redisKeys.endedRequests, "in the way");
  record(log, 1);
  await expect(log.flush()).rejects.toThrow(/WRONGTYPE/);
  await redis.del(redisKeys.endedRequests);
  await log.flush();
  const all = { isWanted: undefined, from: undefined, to: undefined };
  const query = { ...all, before: undefined, count: 50, mostLooked: 50 };
  const page = await readEnded(redis, redisKeys, query);
  expect(page).toMatchObject({ kept: 1, looked: 1, next: undefined });
  const none = openLog(0);
  record(none, 2);
  await none.flush();
  expect(await redis.xlen(redisKeys.endedRequests)).toBe(1);
});
