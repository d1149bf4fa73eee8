import { randomUUID } from "node:crypto";
import type { RateLimits } from "@openrouter-free-pool/shared/config/rate-limits";
import { parseApiKeys } from "@openrouter-free-pool/shared/key-pool/keys/api-key";
import { readCoolingModels } from "@openrouter-free-pool/shared/key-pool/models/cooling-models";
import { KeyPool } from "@openrouter-free-pool/shared/key-pool/pool/key-pool";
import { PoolOperator } from "@openrouter-free-pool/shared/key-pool/pool/pool-operator";
import { announceGateway } from "@openrouter-free-pool/shared/presence/gateways";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import { readRedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import type { Redis } from "ioredis";
import { beforeEach, expect, test } from "vitest";
import { testKey } from "../../support/processes/stack.ts";
import { openRedis } from "../../support/redis/open-redis.ts";
import { until } from "../../support/until.ts";

const limits: RateLimits = {
  perMinute: 5,
  perDay: 100,
  windowMs: 60_000,
  dayMs: 86_400_000,
  guardMs: 50,
};
const gatewayId = "gateway";

let redis: Redis;
let redisKeys: RedisKeys;
let pool: KeyPool;
let operator: PoolOperator;

beforeEach(async () => {
  ({ redis, redisKeys } = openRedis());
  pool = openPool([`alice=${testKey(0)}`, `bob=${testKey(1)}`]);
  await pool.register();
  await announceGateway(redis, redisKeys, gatewayId, false);
  operator = new PoolOperator({ redis, redisKeys, poolMaxAgeMs: 15_000 });
});

function openPool(entries: readonly string[]): KeyPool {
  const keys = parseApiKeys(entries);
  return new KeyPool({ redis, redisKeys, limits, keys });
}

const acquire = (model = "m", from = pool) =>
  from.acquire({ jobId: randomUUID(), gatewayId, models: [model] });

function keyOf(account: string, from = pool) {
  const key = from.keys.find((each) => each.account === account);
  if (!key) throw new Error(`No key of ${account}`);
  return key;
}

/** The accounts of the next slots, until none is free. */
async function drain(from = pool): Promise<string[]> {
  const accounts: string[] = [];
  for (;;) {
    const slot = await acquire("m", from);
    if (slot.kind !== "granted") return accounts;
    accounts.push(slot.key.account);
  }
}

function park(
  durationMs: number,
  reason: "stated" | "minute",
): Promise<number> {
  const parking = { durationMs, reason, limit: undefined };
  return pool.parkAccount(keyOf("alice"), parking);
}

test("a key that is taken out is not called, until it is put back", async () => {
  expect(await operator.takeOut(keyOf("alice").id)).toBe(true);
  expect(new Set(await drain())).toEqual(new Set(["bob"]));
  expect(await operator.putBack(keyOf("alice").id)).toBe(true);
  expect(await drain()).toEqual(Array(5).fill("alice"));
});

test("only an operator puts it back: no probe, no worker's start, no refusal meanwhile", async () => {
  const key = keyOf("alice");
  await operator.takeOut(key.id);
  await pool.retireKey(key, { reason: "invalid" });
  expect(await pool.restoreKey(key)).toBe(false);
  await pool.register();
  await openPool([testKey(0), `bob=${testKey(1)}`]).register();
  expect(new Set(await drain())).toEqual(new Set(["bob"]));
  const why = await redis.hget(redisKeys.retiredKeys, key.id);
  expect(JSON.parse(why ?? "")).toMatchObject({ reason: "taken-out" });
});

test("a key that has reached its own limit stays out as long as that is so", async () => {
  const key = keyOf("alice");
  const isSpent = true;
  await pool.retireKey(key, { reason: "key-limit" });
  expect(await pool.restoreKey(key, { isSpent })).toBe(false);
  expect(await pool.restoreKey(key)).toBe(true);
  // Many keys may spend nothing at all, and serve free models well.
  await pool.retireKey(key, { reason: "invalid" });
  expect(await pool.restoreKey(key, { isSpent })).toBe(true);
});

test("an account without credit is tried after growing pauses, or when an operator wants it", async () => {
  const key = keyOf("alice");
  const stepMs = 60_000;
  const { creditPauses } = redisKeys;
  const retire = () => pool.retireAccount(key, stepMs);
  const pause = async () => {
    const told = await redis.hget(creditPauses, "alice");
    return Number(told?.split(" ")[1]);
  };
  const endPause = async (agoMs: number) => {
    const endedAt = (await readRedisClock(redis)) - agoMs;
    await redis.hset(creditPauses, "alice", `${endedAt} ${await pause()}`);
  };

  await retire();
  expect(await pool.restoreKey(key)).toBe(false);
  expect(new Set(await drain())).toEqual(new Set(["bob"]));
  // Calls that are refused at the same time count once.
  await retire();
  expect(await pause()).toBe(30_000);
  for (const longer of [60_000, 120_000]) {
    await endPause(1);
    await retire();
    expect(await pause()).toBe(longer);
  }
  // One that was not refused for a while begins anew.
  await endPause(360_001);
  await retire();
  expect(await pause()).toBe(30_000);

  expect(await pool.restoreKey(key)).toBe(false);
  expect(await pool.restoreKey(key, { isAsked: true })).toBe(true);
  expect(await drain()).toContain("alice");
});

test("a probe puts an account without credit back when its pause is over", async () => {
  const key = keyOf("alice");
  await pool.retireAccount(key, 200);
  await until("it is back", () => pool.restoreKey(key));
  expect(await drain()).toContain("alice");
});

test("a probe puts a key into use that another fleet's probe has released, or one that broke off", async () => {
  const other = openPool([`alice=${testKey(0)}`, `carol=${testKey(2)}`]);
  await other.register();
  const key = keyOf("alice");
  await pool.retireKey(key, { reason: "invalid" });
  expect(await other.restoreKey(key)).toBe(true);
  expect(new Set(await drain())).toEqual(new Set(["bob"]));
  expect(await pool.restoreKey(key)).toBe(true);
  expect(await drain()).toContain("alice");
  // In use: nothing to do.
  expect(await pool.restoreKey(key)).toBe(false);
});

test("it goes out of every fleet that has it, and comes back to each", async () => {
  const other = openPool([`alice=${testKey(0)}`, `carol=${testKey(2)}`]);
  await other.register();
  await operator.takeOut(keyOf("alice").id);
  expect(new Set(await drain(other))).toEqual(new Set(["carol"]));
  expect(new Set(await drain(pool))).toEqual(new Set(["bob"]));
  await operator.putBack(keyOf("alice").id);
  expect((await acquire("m", other)).kind).toBe("granted");
  expect((await acquire("m", pool)).kind).toBe("granted");
});

test("a key that no worker has cannot be taken out or put back", async () => {
  expect(await operator.takeOut("0123456789abcdef")).toBe(false);
  expect(await operator.putBack("0123456789abcdef")).toBe(false);
});

test("without its last key the pool refuses, and says why", async () => {
  for (const { id } of pool.keys) await operator.takeOut(id);
  expect((await acquire()).kind).toBe("no-usable-key");
});

test("an account whose parking is ended is called again, within its limits", async () => {
  expect(await drain()).toHaveLength(10);
  await redis.del(`${redisKeys.accountPrefix}alice:minute`);
  await park(30_000, "stated");
  expect((await acquire()).kind).toBe("busy");

  expect(await operator.unpark("alice")).toBe(true);
  expect(await drain()).toEqual(Array(5).fill("alice"));
  expect(await operator.unpark("alice")).toBe(false);
});

test("ending a parking gives no slot back", async () => {
  expect(await drain()).toHaveLength(10);
  await park(90_000, "minute");
  await operator.unpark("alice");
  const slot = await acquire();
  expect(slot).toMatchObject({ kind: "busy" });
  expect(slot.kind === "busy" && slot.retryAfterMs).toBeGreaterThan(50_000);
});

test("cooling models are listed until they are ready, or an operator ends it", async () => {
  await pool.models.cool("slow", 60_000);
  await pool.models.cool("quick", 40);
  const list = async () => {
    const models = await readCoolingModels(redis, redisKeys, Date.now());
    return models.map(({ model }) => model);
  };
  expect(await list()).toContain("slow");
  expect((await acquire("slow")).kind).toBe("model-cooling");
  expect(await redis.pttl(redisKeys.coolingModels)).toBeGreaterThan(50_000);

  expect(await operator.endCooldown("slow")).toBe(true);
  expect(await list()).not.toContain("slow");
  expect((await acquire("slow")).kind).toBe("granted");
  expect(await operator.endCooldown("slow")).toBe(false);
});

test("an account without credit is not left alone longer because Redis's clock was set back", async () => {
  const key = keyOf("alice");
  await pool.retireAccount(key, 60_000);
  expect(await pool.restoreKey(key)).toBe(false);
  const { retiredKeys } = redisKeys;
  const why = JSON.parse((await redis.hget(retiredKeys, key.id)) ?? "");
  const aheadMs = 86_400_000;
  const ahead = { at: why.at + aheadMs, untilAt: why.untilAt + aheadMs };
  await redis.hset(retiredKeys, key.id, JSON.stringify({ ...why, ...ahead }));
  expect(await pool.restoreKey(key)).toBe(true);
});
