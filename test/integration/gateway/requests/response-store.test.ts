import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { AnswerReply } from "@openrouter-free-pool/shared/replies/reply";
import { Redis } from "ioredis";
import { pino } from "pino";
import { beforeEach, expect, test } from "vitest";
import {
  type CacheLimits,
  ResponseStore,
} from "../../../../apps/gateway/src/response-cache/response-store.ts";
import { openRedis } from "../../../support/redis/open-redis.ts";
import { until } from "../../../support/until.ts";

const logger = pino({ level: "silent" });
let redis: Redis;
let redisKeys: RedisKeys;

beforeEach(() => {
  ({ redis, redisKeys } = openRedis());
});

function open(limits: Partial<CacheLimits> = {}): ResponseStore {
  const all = {
    ttlMs: 60_000,
    maxBytes: 1_000_000,
    maxEntryBytes: 100_000,
    ...limits,
  };
  return new ResponseStore({ redis, redisKeys, limits: all, logger });
}

function answer(body: Buffer | string): AnswerReply {
  return {
    kind: "answer",
    status: 200,
    headers: { "content-type": "application/json" },
    body: Buffer.from(body),
    queueMs: 1,
    upstreamMs: 2,
    calls: 1,
  };
}

const totalBytes = async () =>
  Number(await redis.hget(redisKeys.cacheSizes, ""));

test("an answer comes back byte for byte", async () => {
  const store = open();
  const kept = answer(Buffer.from([0, 255, 10, 13, 200]));
  await store.keep("one", kept);
  expect(await store.find("one")).toEqual(kept);
  expect(await store.find("other")).toBeUndefined();
});

test("everything expires", async () => {
  const store = open({ ttlMs: 300 });
  await store.keep("one", answer("x"));
  const keys = await redis.keys(`${redisKeys.cacheEntryPrefix.slice(0, -6)}*`);
  expect(keys).toHaveLength(4);
  for (const key of keys) {
    expect(await redis.pttl(key)).toBeGreaterThan(0);
  }
  await until("it has expired", async () => !(await store.find("one")));
});

test("those that were not used for the longest time make room", async () => {
  const store = open({ maxBytes: 10_000 });
  const large = answer("x".repeat(2_000));
  for (const id of ["a", "b", "c"]) {
    await store.keep(id, large);
    await redis.zadd(redisKeys.cacheUses, "XX", id.charCodeAt(0), id);
  }
  await store.find("a");
  await store.keep("d", large);
  expect(await store.find("b")).toBeUndefined();
  for (const id of ["a", "c", "d"]) {
    expect(await store.find(id)).toBeDefined();
  }
});

test("the total stays within its bound and is the sum of what is there", async () => {
  const maxBytes = 20_000;
  const store = open({ maxBytes });
  await Promise.all(
    Array.from({ length: 200 }, (_, i) =>
      store.keep(`id-${i % 50}`, answer("x".repeat((i * 37) % 3_000))),
    ),
  );
  const { "": total, ...sizes } = await redis.hgetall(redisKeys.cacheSizes);
  const sum = Object.values(sizes).reduce((all, size) => all + Number(size), 0);
  expect(Number(total)).toBe(sum);
  expect(sum).toBeLessThanOrEqual(maxBytes);
  expect(await redis.zcard(redisKeys.cacheUses)).toBe(
    Object.keys(sizes).length,
  );
});

test("what has expired is no longer counted", async () => {
  await open({ ttlMs: 100 }).keep("short", answer("x".repeat(1_000)));
  const store = open();
  await store.keep("long", answer("x"));
  await until("it has expired", async () => !(await store.find("short")));
  const before = await totalBytes();
  await store.keep("next", answer("x"));
  expect(await totalBytes()).toBeLessThan(before);
});

test("an answer that is too large is not kept", async () => {
  const store = open({ maxEntryBytes: 2_000 });
  await store.keep("one", answer("x".repeat(2_001)));
  expect(await store.find("one")).toBeUndefined();
});

test("without Redis there is nothing, and no error", async () => {
  const gone = new Redis("/nowhere/redis.sock", { enableOfflineQueue: false });
  gone.on("error", () => undefined);
  const store = new ResponseStore({
    redis: gone,
    redisKeys,
    limits: { ttlMs: 1, maxBytes: 1_000, maxEntryBytes: 1_000 },
    logger,
  });
  await store.keep("one", answer("x"));
  expect(await store.find("one")).toBeUndefined();
  gone.disconnect();
});
