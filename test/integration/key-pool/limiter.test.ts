import { setTimeout as sleep } from "node:timers/promises";
import { parseApiKeys } from "@openrouter-free-pool/shared/key-pool/keys/api-key";
import { afterEach, expect, inject, test } from "vitest";
import { queueKeys } from "../../../libs/shared/src/queue/bullmq/queue-keys.ts";
import {
  openPools,
  type PoolFixture,
  shortLimits,
} from "../../support/dispatch/key-pools.ts";
import { testKey } from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

const open: PoolFixture[] = [];
afterEach(() => {
  for (const fixture of open.splice(0)) fixture.close();
});

async function openPool(
  options: Parameters<typeof openPools>[1] = {},
): Promise<PoolFixture> {
  const fixture = await openPools(inject("redisUrl"), options);
  open.push(fixture);
  return fixture;
}

/** Takes slots until none is left. @returns how many there were. */
async function drain(fixture: PoolFixture): Promise<number> {
  let count = 0;
  while ((await fixture.acquire()).kind === "granted") count += 1;
  return count;
}

const long = { windowMs: 60_000 };

test("grants exactly the limit, then says when the next slot is free", async () => {
  const fixture = await openPool({ limits: { ...long, perMinute: 3 } });
  expect(await drain(fixture)).toBe(3);
  const denied = await fixture.acquire();
  if (denied.kind !== "busy") throw new Error(denied.kind);
  expect(denied.retryAfterMs).toBeGreaterThan(59_000);
  expect(denied.retryAfterMs).toBeLessThanOrEqual(61_010);
});

test("never grants more than the limit to many who ask at the same moment", async () => {
  const fixture = await openPool({
    limits: { ...long, perMinute: 20 },
    keys: [testKey(0), testKey(1), testKey(2)],
    connections: 8,
  });
  const answers = await Promise.all(
    Array.from({ length: 400 }, (_, i) =>
      fixture.acquire(fixture.pools[i % 8]),
    ),
  );
  const granted = answers.filter(({ kind }) => kind === "granted");
  expect(granted).toHaveLength(60);
});

test("takes the least recently used account first, and its keys in turns", async () => {
  const fixture = await openPool({
    limits: { ...long, perMinute: 4 },
    keys: [
      `a=${testKey(0)}`,
      `a=${testKey(1)}`,
      `b=${testKey(2)}`,
      `b=${testKey(3)}`,
    ],
  });
  const used: string[] = [];
  for (let i = 0; i < 4; i += 1) {
    const slot = await fixture.acquire();
    if (slot.kind !== "granted") throw new Error(slot.kind);
    used.push(`${slot.key.account} ${slot.key.id}`);
    // Two grants in one millisecond have no order.
    await sleep(2);
  }
  expect(new Set(used).size).toBe(4);
  const accounts = used.map((text) => text[0]);
  expect(accounts[0]).not.toBe(accounts[1]);
  expect(accounts[0]).toBe(accounts[2]);
});

test("keeps the day's limit, and a new day gives a fresh budget", async () => {
  const dayMs = 2_000;
  const fixture = await openPool({
    limits: { perMinute: 100, perDay: 5, windowMs: 100, dayMs },
  });
  // Begin at the start of a day, so that it does not end on the way.
  await sleep(dayMs - (Date.now() % dayMs) + 20);
  expect(await drain(fixture)).toBe(5);
  await sleep(200);
  const denied = await fixture.acquire();
  if (denied.kind !== "busy") throw new Error(denied.kind);
  expect(denied.retryAfterMs).toBeGreaterThan(100);
  await sleep(denied.retryAfterMs + 5);
  expect(await drain(fixture)).toBe(5);
});

test("grants nothing just before the day ends: the call would count for the next one", async () => {
  const dayMs = 1_000;
  const guardMs = 300;
  const fixture = await openPool({
    limits: { perMinute: 1_000, windowMs: 50, dayMs, guardMs },
  });
  await until("the day is about to end", () => Date.now() % dayMs > 750);
  const answer = await fixture.acquire();
  // A busy machine may have slept into the next day.
  if (Date.now() % dayMs > 750) expect(answer.kind).toBe("busy");
});

test("an account's own limits go before those that all share", async () => {
  const accounts = { small: "perMinute=2", large: "perMinute=7 perDay=6" };
  const keys = Object.entries(accounts).map(
    ([name, limits], index) => `${name}=${testKey(index)} ${limits}`,
  );
  const limits = { ...long, perMinute: 4 };
  const fixture = await openPool({ limits, keys });
  const [pool] = fixture.pools;
  if (!pool) throw new Error("A fixture has a pool");
  expect(await drain(fixture)).toBe(2 + 6);

  const [small, large] = parseApiKeys([
    `small=${testKey(0)}`,
    `large=${testKey(1)} perMinute=7`,
  ]);
  if (!small || !large) throw new Error("There are two keys");
  await pool.replaceKeys([small, large]);
  expect(await drain(fixture)).toBe(2 + 1);
});

test("parks an account for as long as it is told, and a longer parking stays", async () => {
  const fixture = await openPool({ limits: { perMinute: 100 } });
  const [pool] = fixture.pools;
  const [key] = pool?.keys ?? [];
  if (!pool || !key) throw new Error("A pool has a key");
  const parking = { reason: "minute", limit: undefined } as const;
  await pool.parkAccount(key, { ...parking, durationMs: 600 });
  await pool.parkAccount(key, { ...parking, durationMs: 100 });
  const denied = await fixture.acquire();
  if (denied.kind !== "busy") throw new Error(denied.kind);
  expect(denied.retryAfterMs).toBeGreaterThan(300);
  await sleep(denied.retryAfterMs + 5);
  expect((await fixture.acquire()).kind).toBe("granted");
});

test("says when every key is out of use, and grants again when one is put back", async () => {
  const fixture = await openPool();
  const [pool] = fixture.pools;
  const [key] = pool?.keys ?? [];
  if (!pool || !key) throw new Error("A pool has a key");
  await pool.retireKey(key, { reason: "invalid" });
  expect((await fixture.acquire()).kind).toBe("no-usable-key");
  await pool.register();
  expect((await fixture.acquire()).kind).toBe("no-usable-key");
  await pool.restoreKey(key);
  expect((await fixture.acquire()).kind).toBe("granted");
});

test("makes itself known again when Redis has lost the pool", async () => {
  const fixture = await openPool();
  const { redis, prefix } = fixture;
  const lost = await redis.keys(`{${prefix}}:pool:*`);
  await redis.del(...lost);
  expect((await fixture.acquire()).kind).toBe("granted");
});

test("pools with other keys share the counters of an account that both have", async () => {
  const limits = { ...long, perMinute: 4 };
  const one = await openPool({ limits, keys: [`a=${testKey(0)}`] });
  const other = await openPool({
    limits,
    keys: [`a=${testKey(0)}`, `a=${testKey(1)}`],
    prefix: one.prefix,
  });
  const granted = (await drain(one)) + (await drain(other));
  expect(granted).toBe(4);
});

test("stops jobs of clients and gateways that are gone, at no cost", async () => {
  const fixture = await openPool({ limits: { ...long, perMinute: 1 } });
  const { redis, redisKeys } = fixture;
  const [pool] = fixture.pools;
  const request = { gatewayId: "gateway", models: ["m:free"] };
  await redis.set(redisKeys.cancelled("gone"), "1", "PX", 10_000);
  expect(await pool?.acquire({ ...request, jobId: "gone" })).toEqual({
    kind: "cancelled",
  });
  expect(
    await pool?.acquire({ ...request, jobId: "j", gatewayId: "dead" }),
  ).toEqual({ kind: "orphaned" });
  expect(await drain(fixture)).toBe(1);
});

test("a worker whose lock has lapsed gets a slot for its job only while nobody else can have it", async () => {
  const fixture = await openPool({ limits: { ...long, perMinute: 2 } });
  const { redis, redisKeys } = fixture;
  const [pool] = fixture.pools;
  const ask = (token: string) =>
    pool?.acquire({
      jobId: "j",
      gatewayId: "gateway",
      models: ["m:free"],
      token,
    });
  const { active, lock } = queueKeys(redisKeys);
  // Back in line.
  expect(await ask("mine")).toEqual({ kind: "not-held" });
  await redis.lpush(active, "j");
  await redis.set(lock("j"), "theirs", "PX", 10_000);
  expect(await ask("mine")).toEqual({ kind: "not-held" });
  expect((await ask("theirs"))?.kind).toBe("granted");
  // Nobody has noticed.
  await redis.del(lock("j"));
  expect((await ask("mine"))?.kind).toBe("granted");
  expect(await redis.get(lock("j"))).toBe("mine");
  expect(await redis.pttl(lock("j"))).toBeGreaterThan(0);
  expect(await drain(fixture)).toBe(0);
});

test.each([
  ["minute", 2 * long.windowMs],
  ["stated", 3_600_000],
  ["day", 86_400_000 + 300_000],
] as const)(
  "an absurd reset of a %s limit parks an account no longer than it can last",
  async (reason, mostMs) => {
    const fixture = await openPool({ limits: long });
    const [pool] = fixture.pools;
    const [key] = pool?.keys ?? [];
    if (!pool || !key) throw new Error("A pool has a key");
    const aYearMs = 365 * 86_400_000;
    const parking = { reason, durationMs: aYearMs, limit: undefined };
    const parkedMs = await pool.parkAccount(key, parking);
    expect(parkedMs).toBeGreaterThan(0);
    expect(parkedMs).toBeLessThanOrEqual(mostMs);
  },
);

test("without a stated reset an account is parked until the window or the day ends", async () => {
  const fixture = await openPool({ limits: long });
  const [pool] = fixture.pools;
  const [key] = pool?.keys ?? [];
  if (!pool || !key) throw new Error("A pool has a key");
  const unstated = { durationMs: undefined, limit: undefined };
  expect(await pool.parkAccount(key, { ...unstated, reason: "minute" })).toBe(
    long.windowMs,
  );
  await pool.parkAccount(key, { ...unstated, reason: "day" });
  const account = `${fixture.redisKeys.accountPrefix}${key.account}`;
  const until = Number(await fixture.redis.hget(account, "parkedUntil"));
  expect(until % 86_400_000).toBe(0);
});

test("a time that an answer states does not set the pace, and an absurd one is not believed", async () => {
  const fixture = await openPool();
  const [pool] = fixture.pools;
  const { redis, redisKeys } = fixture;
  const cooldowns: number[] = [];
  for (let refusal = 0; refusal < 4; refusal += 1) {
    cooldowns.push((await pool?.models.cool("hot:free", 1)) ?? 0);
    await redis.del(redisKeys.modelCooldown("hot:free"));
  }
  expect(cooldowns[0]).toBeGreaterThanOrEqual(1_000);
  for (const [index, ms] of cooldowns.slice(1).entries()) {
    expect(ms).toBe(2 * (cooldowns[index] ?? 0));
  }
  expect(await pool?.models.cool("slow:free", 30_000)).toBe(30_000);
  expect(await pool?.models.cool("mad:free", 1e11)).toBe(3_600_000);
});

test("lets a model cool down in growing steps, without touching others", async () => {
  const fixture = await openPool({ limits: { ...long, perMinute: 9 } });
  const [pool] = fixture.pools;
  const first = await pool?.models.cool("hot:free", undefined);
  // A crowd that was refused together counts as one refusal.
  expect(await pool?.models.cool("hot:free", undefined)).toBeLessThanOrEqual(
    first ?? 0,
  );
  await fixture.redis.del(fixture.redisKeys.modelCooldown("hot:free"));
  expect(await pool?.models.cool("hot:free", undefined)).toBe(2 * (first ?? 0));
  const request = { jobId: "j", gatewayId: "gateway" };
  expect(
    await pool?.acquire({ ...request, models: ["hot:free"] }),
  ).toMatchObject({
    kind: "model-cooling",
  });
  expect((await fixture.acquire()).kind).toBe("granted");
});

test("every key that it writes has an end", async () => {
  const fixture = await openPool({
    limits: { ...shortLimits, windowMs: 5_000 },
  });
  const [pool] = fixture.pools;
  await drain(fixture);
  await pool?.models.cool("hot:free", 5_000);
  const { redis, prefix } = fixture;
  const keys = await redis.keys(`{${prefix}}:*`);
  expect(keys.length).toBeGreaterThan(5);
  const endless: string[] = [];
  for (const key of keys) {
    if ((await redis.pttl(key)) < 0) endless.push(key);
  }
  expect(endless).toEqual([]);
});
