import { setTimeout as sleep } from "node:timers/promises";
import { parseApiKeys } from "@openrouter-free-pool/shared/key-pool/keys/api-key";
import type { KeyPool } from "@openrouter-free-pool/shared/key-pool/pool/key-pool";
import { readPool } from "@openrouter-free-pool/shared/key-pool/pool/read-pool";
import { slotPeriodMs } from "@openrouter-free-pool/shared/key-pool/slots/usable-time";
import { afterEach, expect, inject, test } from "vitest";
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
  options: Parameters<typeof openPools>[1],
): Promise<PoolFixture & { readonly pool: KeyPool }> {
  const fixture = await openPools(inject("redisUrl"), options);
  open.push(fixture);
  const [pool] = fixture.pools;
  if (!pool) throw new Error("A fixture has a pool");
  return { ...fixture, pool };
}

/** Takes slots until none is left. @returns the accounts that they were taken from. */
async function drain(
  fixture: PoolFixture,
  pool = fixture.pools[0],
): Promise<string[]> {
  const accounts: string[] = [];
  for (;;) {
    const slot = await fixture.acquire(pool);
    if (slot.kind !== "granted") return accounts;
    accounts.push(slot.key.account);
  }
}

function keyOf(pool: KeyPool, index: number) {
  const key = pool.findKey(parseApiKeys([testKey(index)])[0]?.id ?? "");
  if (!key) throw new Error(`The pool has no key ${index}`);
  return key;
}

const nothing = { limit: undefined, used: undefined };

function reveal(pool: KeyPool, index: number, userId: string) {
  return pool.learn(keyOf(pool, index), { userId, day: nothing });
}

function observe(
  pool: KeyPool,
  index: number,
  day: { limit?: number; used?: number },
) {
  const facts = { userId: undefined, day: { ...nothing, ...day } };
  return pool.learn(keyOf(pool, index), facts);
}

async function readAccount({ redis, redisKeys }: PoolFixture, name: string) {
  const limits = { ...shortLimits, perMinute: 20, perDay: 200 };
  const { accounts } = await readPool(redis, redisKeys, limits, 60_000);
  return accounts.get(name);
}

const minute = { windowMs: 60_000 };

test("keys of one user share one budget, with what both have used", async () => {
  const keys = [testKey(0), testKey(1), `other=${testKey(2)}`];
  const limits = { windowMs: 1_000, perMinute: 4 };
  const fixture = await openPool({ keys, limits });
  const { pool } = fixture;
  const used: string[] = [];
  for (let i = 0; i < 6; i += 1) {
    const slot = await fixture.acquire();
    if (slot.kind === "granted") used.push(slot.key.account);
  }
  const usedByOther = used.filter((name) => name === "other").length;

  expect(await reveal(pool, 0, "user_a")).toMatchObject({ joined: undefined });
  expect(await reveal(pool, 2, "user_b")).toMatchObject({ joined: undefined });
  const { joined } = await reveal(pool, 1, "user_a");
  expect(joined).toBe(keyOf(pool, 1).id);
  // What is left of two budgets, not of three.
  expect(await drain(fixture)).toHaveLength(
    4 - usedByOther + Math.max(0, 4 - (6 - usedByOther)),
  );

  await sleep(1.2 * slotPeriodMs({ ...shortLimits, ...limits }));
  const shared = (await drain(fixture)).filter((name) => name !== "other");
  expect(shared).toEqual(Array(4).fill(keyOf(pool, 0).id));
  // To know it already changes nothing.
  expect((await reveal(pool, 0, "user_a")).joined).toBeUndefined();
  expect((await reveal(pool, 1, "user_a")).joined).toBeUndefined();
});

test("keys of a joined account are used in turns, and one of them can go out of use", async () => {
  const limits = { ...minute, perMinute: 10 };
  const fixture = await openPool({ keys: [testKey(0), testKey(1)], limits });
  const { pool } = fixture;
  await reveal(pool, 0, "user_a");
  await reveal(pool, 1, "user_a");
  const used = async () => {
    const slot = await fixture.acquire();
    return slot.kind === "granted" ? slot.key.id : slot.kind;
  };
  expect(new Set([await used(), await used()]).size).toBe(2);
  const retirement = { reason: "invalid" } as const;
  expect(await pool.retireKey(keyOf(pool, 0), retirement)).toBe(true);
  const other = keyOf(pool, 1).id;
  expect([await used(), await used()]).toEqual([other, other]);
  await pool.restoreKey(keyOf(pool, 0));
  expect(new Set([await used(), await used()]).size).toBe(2);
  // The account's own limit holds all the while: six are spent.
  expect(await drain(fixture)).toHaveLength(4);
});

test("two names for one user's keys make one account, round after round", async () => {
  const keys = [`alice=${testKey(0)}`, `bob=${testKey(1)}`];
  const fixture = await openPool({ keys, limits: { ...minute, perMinute: 5 } });
  const { pool } = fixture;
  await reveal(pool, 0, "user_a");
  expect((await reveal(pool, 1, "user_a")).joined).toBe("alice");
  for (const index of [0, 1, 0, 1]) {
    expect((await reveal(pool, index, "user_a")).joined).toBeUndefined();
  }
  expect(await drain(fixture)).toEqual(Array(5).fill("bob"));
});

test("what is learned of new keys before they are used holds from their first call", async () => {
  const limits = { ...minute, perMinute: 5 };
  const fixture = await openPool({ keys: [testKey(0)], limits });
  const { pool } = fixture;
  const keys = parseApiKeys([testKey(1), testKey(2), testKey(3)]);
  await pool.replaceKeys(keys, async () => {
    for (const [index, key] of keys.entries()) {
      if (index === 2) {
        await pool.retireKey(key, { reason: "invalid" });
      } else await pool.learn(key, { userId: "user_a", day: nothing });
    }
  });
  expect(await drain(fixture)).toEqual(Array(5).fill(keyOf(pool, 1).id));
});

test("the name that an operator gave stays, and the one given last", async () => {
  const keys = [testKey(0), `alice=${testKey(1)}`, `bob=${testKey(2)}`];
  const fixture = await openPool({ keys, limits: { ...minute, perMinute: 3 } });
  const { pool } = fixture;
  await reveal(pool, 1, "user_a");
  await reveal(pool, 0, "user_a");
  await reveal(pool, 2, "user_b");
  expect((await drain(fixture)).sort()).toEqual([
    ...Array(3).fill("alice"),
    ...Array(3).fill("bob"),
  ]);

  const renamed = parseApiKeys([
    testKey(0),
    `anne=${testKey(1)}`,
    ...keys.slice(2),
  ]);
  await pool.replaceKeys(renamed);
  expect((await reveal(pool, 1, "user_a")).joined).toBe("alice");
  await reveal(pool, 0, "user_a");
  // What was used under the old name counts.
  expect(await drain(fixture)).toEqual([]);
  expect((await readAccount(fixture, "anne"))?.dayUsed).toBe(3);
});

test("a name that is given to another user's key later is another account", async () => {
  const keys = [`main=${testKey(0)}`, `second=${testKey(1)}`];
  const fixture = await openPool({ keys, limits: { ...minute, perMinute: 2 } });
  const { pool } = fixture;
  await reveal(pool, 1, "user_a");
  await reveal(pool, 0, "user_a");
  expect(await drain(fixture)).toEqual(["main", "main"]);
  await pool.replaceKeys(
    parseApiKeys([`main=${testKey(0)}`, `second=${testKey(2)}`]),
  );
  await reveal(pool, 0, "user_a");
  await reveal(pool, 2, "user_c");
  expect(await drain(fixture)).toEqual(["second", "second"]);
});

test("what is known of a user holds in every pool, also in later ones", async () => {
  const limits = { ...minute, perMinute: 4 };
  const keys = [testKey(0), testKey(1)];
  const first = await openPool({ keys, limits });
  const second = await openPool({
    keys: [testKey(1), testKey(2)],
    limits,
    prefix: first.prefix,
  });
  await reveal(first.pool, 0, "user_a");
  await reveal(first.pool, 1, "user_a");
  await first.acquire();
  expect(await drain(second)).toHaveLength(4 + 3);

  const third = await openPool({ keys, limits, prefix: first.prefix });
  expect(await drain(third)).toEqual([]);
});

test("calls made elsewhere count, and each of our own", async () => {
  const limits = { windowMs: 10_000, perMinute: 100, perDay: 20 };
  const fixture = await openPool({ keys: [`a=${testKey(0)}`], limits });
  const { pool } = fixture;
  for (let i = 0; i < 3; i += 1) await fixture.acquire();
  // A figure that is not above our own count tells nothing new.
  expect((await observe(pool, 0, { used: 3 })).usedElsewhere).toBe(0);
  // It may lack our latest three, so five elsewhere make at most five more.
  expect((await observe(pool, 0, { used: 5 })).usedElsewhere).toBe(5);
  expect((await observe(pool, 0, { used: 8 })).usedElsewhere).toBe(0);
  expect((await observe(pool, 0, { used: 0 })).usedElsewhere).toBe(0);
  expect(await drain(fixture)).toHaveLength(12);
  expect(await readAccount(fixture, "a")).toMatchObject({ dayElsewhere: 5 });
});

test("a day's figure is not trusted while it may be of the day before", async () => {
  // The hour of the test is the day; its first two windows may not be over.
  const limits = { windowMs: 86_400_000, perMinute: 100, perDay: 20 };
  const fixture = await openPool({ keys: [`a=${testKey(0)}`], limits });
  expect((await observe(fixture.pool, 0, { used: 20 })).usedElsewhere).toBe(0);
  expect(await drain(fixture)).toHaveLength(20);
});

test("a limit that OpenRouter states can only lower the operator's", async () => {
  const limits = { ...minute, perMinute: 100, perDay: 10 };
  const fixture = await openPool({ keys: [`a=${testKey(0)}`], limits });
  const { pool } = fixture;
  await observe(pool, 0, { limit: 3 });
  expect(await drain(fixture)).toHaveLength(3);
  await observe(pool, 0, { limit: 5 });
  expect(await drain(fixture)).toHaveLength(2);
  await observe(pool, 0, { limit: 1_000 });
  expect(await drain(fixture)).toHaveLength(5);
});

test("a refusal teaches the limit, for a day", async () => {
  const dayMs = 3_000;
  const limits = { windowMs: 400, perMinute: 6, dayMs };
  const fixture = await openPool({ keys: [`a=${testKey(0)}`], limits });
  const { pool } = fixture;
  const key = keyOf(pool, 0);
  // No slot is given right before a day ends.
  await until("the day is young", () => Date.now() % dayMs < dayMs / 2);
  await pool.parkAccount(key, { durationMs: 50, reason: "minute", limit: 2 });
  await sleep(60);
  expect(await drain(fixture)).toHaveLength(2);
  expect(await readAccount(fixture, "a")).toMatchObject({ perMinute: 2 });
  await sleep(dayMs);
  expect(await drain(fixture)).toHaveLength(6);
});

test("a joined account has the smallest of its keys' limits", async () => {
  const keys = [`${testKey(0)} perDay=9`, testKey(1)];
  const limits = { ...minute, perMinute: 100, perDay: 30 };
  const fixture = await openPool({ keys, limits });
  await reveal(fixture.pool, 0, "user_a");
  await reveal(fixture.pool, 1, "user_a");
  expect(await drain(fixture)).toHaveLength(9);
});

test("no slot is granted twice while accounts are joined under load", async () => {
  const accounts = 6;
  const keys = Array.from({ length: accounts }, (_, i) => testKey(i));
  const limits = { ...minute, perMinute: 10 };
  const fixture = await openPool({ keys, limits, connections: 4 });
  const { pool } = fixture;
  let granted = 0;
  async function ask(from: KeyPool): Promise<void> {
    for (let i = 0; i < 20; i += 1) {
      const slot = await fixture.acquire(from);
      if (slot.kind === "granted") granted += 1;
    }
  }
  const joins = (async () => {
    for (let i = 0; i < accounts; i += 1) await reveal(pool, i, "user_a");
  })();
  await Promise.all([joins, ...fixture.pools.map(ask)]);
  // All that was granted is in the one budget's count, and it grants no more.
  expect((await fixture.acquire()).kind).toBe("busy");
  const { redis, redisKeys } = fixture;
  const { accounts: known } = await readPool(
    redis,
    redisKeys,
    { ...shortLimits, ...limits },
    60_000,
  );
  expect(known.size).toBe(1);
  expect([...known.values()][0]?.dayUsed).toBe(granted);
});

test("an account that was parked for its day is used again when OpenRouter states a higher limit", async () => {
  const limits = { ...minute, perMinute: 20, perDay: 1_000 };
  const fixture = await openPool({ keys: [testKey(0)], limits });
  const { pool } = fixture;
  const key = keyOf(pool, 0);
  await pool.parkAccount(key, {
    ...{ reason: "day", durationMs: undefined, limit: 50 },
  });
  expect((await fixture.acquire()).kind).toBe("busy");
  const stated = (limit: number) =>
    pool.learn(key, { userId: undefined, day: { limit, used: 50 } });
  await stated(50);
  expect((await fixture.acquire()).kind).toBe("busy");
  await stated(1_000);
  expect((await fixture.acquire()).kind).toBe("granted");
});
