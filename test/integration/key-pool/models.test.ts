import { randomUUID } from "node:crypto";
import { parseApiKeys } from "@openrouter-free-pool/shared/key-pool/keys/api-key";
import { readGoneModels } from "@openrouter-free-pool/shared/key-pool/models/gone-models";
import { KeyPool } from "@openrouter-free-pool/shared/key-pool/pool/key-pool";
import { announceGateway } from "@openrouter-free-pool/shared/presence/gateways";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { Redis } from "ioredis";
import { beforeEach, expect, test } from "vitest";
import { testKey } from "../../support/processes/stack.ts";
import { openRedis } from "../../support/redis/open-redis.ts";

const limits = {
  perMinute: 2,
  perDay: 100,
  windowMs: 60_000,
  dayMs: 86_400_000,
  guardMs: 50,
};
const gatewayId = "gateway";
const chain = ["a", "b", "c"];

let redis: Redis;
let pool: KeyPool;
let redisKeys: RedisKeys;
beforeEach(async () => {
  ({ redis, redisKeys } = openRedis());
  pool = new KeyPool({
    redis,
    redisKeys,
    limits,
    keys: parseApiKeys([`x=${testKey(0)}`]),
    checksModels: true,
  });
  await announceGateway(redis, redisKeys, gatewayId, false);
  await pool.register();
});

const acquire = (models: readonly string[], more = {}) =>
  pool.acquire({ jobId: randomUUID(), gatewayId, models, ...more });

test("the first candidate that neither cools down nor is gone is chosen with the slot", async () => {
  await Promise.all(chain.map((model) => pool.models.prove(model)));
  expect(await acquire(chain)).toMatchObject({
    model: "a",
    proof: undefined,
  });
  await pool.models.cool("a", 5_000);
  await pool.models.lose("b", "No endpoints found for b.");
  expect(await acquire(chain)).toMatchObject({ kind: "granted", model: "c" });
  const cooling = await acquire(["a", "b"]);
  expect(cooling).toMatchObject({ kind: "model-cooling" });
  expect(await acquire(["b"])).toEqual({ kind: "model-gone" });
});

test("an unproven model is called once, and the others wait until it is proven", async () => {
  expect(await acquire(["a"])).toMatchObject({
    kind: "granted",
    proof: expect.any(String),
  });
  const held = await acquire(["a", "b"]);
  expect(held).toMatchObject({ kind: "model-unproven", models: ["a"] });
  await pool.models.prove("a");
  expect(await acquire(["a"])).toMatchObject({
    kind: "granted",
    proof: undefined,
  });
});

test("a grant that is given back lets another call prove the model", async () => {
  const grant = await acquire(["a"]);
  if (grant.kind !== "granted") throw new Error("No grant");
  await pool.release(grant);
  expect(await acquire(["a"])).toMatchObject({ proof: expect.any(String) });
});

test("a model counts as gone for growing times, and as one loss however many hear of it", async () => {
  const first = await pool.models.lose("a", "gone");
  expect(first.isNews).toBe(true);
  expect((await pool.models.lose("a", "gone")).isNews).toBe(false);
  await redis.del(redisKeys.modelGone("a"));
  const second = await pool.models.lose("a", "gone");
  expect(second.isNews).toBe(true);
  expect(second.since).toBe(first.since);
  expect(second.until - first.until).toBeGreaterThan(500_000);
  expect(await redis.pttl(redisKeys.modelGone("a"))).toBeGreaterThan(0);
  expect(await readGoneModels(redis, redisKeys)).toMatchObject([
    { model: "a", message: "gone" },
  ]);
  await pool.models.prove("a");
  expect(await readGoneModels(redis, redisKeys)).toEqual([]);
  expect(await acquire(["a"])).toMatchObject({ kind: "granted" });
});

test("a paid model takes a key and no slot", async () => {
  const paidModels = new Set(["paid"]);
  await Promise.all(["a", "paid"].map((model) => pool.models.prove(model)));
  for (let calls = 0; calls < 5; calls += 1) {
    expect(await acquire(["paid"], { paidModels })).toMatchObject({
      kind: "granted",
      receipt: undefined,
    });
  }
  for (let calls = 0; calls < limits.perMinute; calls += 1) {
    expect((await acquire(["a"])).kind).toBe("granted");
  }
  expect((await acquire(["a"])).kind).toBe("busy");
  expect(await acquire(["a", "paid"], { paidModels })).toMatchObject({
    kind: "busy",
  });
  expect(await acquire(["paid"], { paidModels })).toMatchObject({
    kind: "granted",
  });
});
