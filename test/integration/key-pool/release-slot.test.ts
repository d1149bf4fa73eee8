import type { Grant } from "@openrouter-free-pool/shared/key-pool/slots/acquisition";
import { afterEach, expect, inject, test } from "vitest";
import {
  openPools,
  type PoolFixture,
} from "../../support/dispatch/key-pools.ts";
import { testKey } from "../../support/processes/stack.ts";

const open: PoolFixture[] = [];
afterEach(() => {
  for (const fixture of open.splice(0)) fixture.close();
});

async function openPool(
  options: Parameters<typeof openPools>[1] = {},
): Promise<PoolFixture> {
  const limits = { windowMs: 60_000, ...options.limits };
  const fixture = await openPools(inject("redisUrl"), { ...options, limits });
  open.push(fixture);
  return fixture;
}

async function take(fixture: PoolFixture): Promise<Grant> {
  const slot = await fixture.acquire();
  if (slot.kind !== "granted") throw new Error(slot.kind);
  return slot;
}

async function release(fixture: PoolFixture, grant: Grant): Promise<void> {
  await fixture.pools[0]?.release(grant);
}

/** Everything that is kept about the accounts and the index, without the keys' turns. */
async function readState({ redis, prefix }: PoolFixture) {
  const state: Record<string, unknown> = {};
  for (const key of (await redis.keys(`{${prefix}}:account:*`)).sort()) {
    state[key] =
      (await redis.type(key)) === "hash"
        ? await redis.hgetall(key)
        : await redis.lrange(key, 0, -1);
  }
  return state;
}

test("every count is as it was before the grant", async () => {
  const fixture = await openPool({ limits: { perMinute: 5 } });
  await take(fixture);
  const before = await readState(fixture);
  const grant = await take(fixture);
  expect(await readState(fixture)).not.toEqual(before);
  await release(fixture, grant);
  expect(await readState(fixture)).toEqual(before);
});

test("a slot of the minute that is given back is granted once more, and only once", async () => {
  const fixture = await openPool({ limits: { perMinute: 3 } });
  const grants = [
    await take(fixture),
    await take(fixture),
    await take(fixture),
  ];
  expect((await fixture.acquire()).kind).toBe("busy");
  // Whichever it was of the three.
  for (const grant of grants) {
    await release(fixture, grant);
    await take(fixture);
    expect((await fixture.acquire()).kind).toBe("busy");
  }
});

test("a call of the day that is given back is granted once more, and only once", async () => {
  const fixture = await openPool({ limits: { perMinute: 9, perDay: 2 } });
  await take(fixture);
  const grant = await take(fixture);
  expect((await fixture.acquire()).kind).toBe("busy");
  await release(fixture, grant);
  await take(fixture);
  expect((await fixture.acquire()).kind).toBe("busy");
});

test("a slot of yesterday gives nothing back to today", async () => {
  const fixture = await openPool({ limits: { perMinute: 9, perDay: 2 } });
  const grant = await take(fixture);
  await take(fixture);
  const { receipt } = grant;
  if (!receipt) throw new Error("No slot was taken");
  const yesterday = String(Number(receipt.day) - 1);
  await release(fixture, {
    ...grant,
    receipt: { ...receipt, day: yesterday },
  });
  expect((await fixture.acquire()).kind).toBe("busy");
});

test("an account whose slot is given back has its turn again", async () => {
  const keys = [`a=${testKey(0)}`, `b=${testKey(1)}`];
  const fixture = await openPool({ keys, limits: { perMinute: 5 } });
  const first = await take(fixture);
  await release(fixture, first);
  const next = [await take(fixture), await take(fixture)];
  const accounts = next.map(({ key }) => key.account).sort();
  expect(accounts).toEqual(["a", "b"]);
});

test("a slot of an account that has become a part of another one is given back there", async () => {
  const keys = [`a=${testKey(0)}`, testKey(1)];
  const fixture = await openPool({ keys, limits: { perMinute: 3 } });
  const [pool] = fixture.pools;
  if (!pool) throw new Error("A fixture has a pool");
  const grants = [await take(fixture), await take(fixture)];
  for (const key of pool.keys) {
    await pool.learn(key, {
      userId: "user",
      day: { limit: undefined, used: undefined },
    });
  }
  await take(fixture);
  expect((await fixture.acquire()).kind).toBe("busy");
  for (const grant of grants) await release(fixture, grant);
  await take(fixture);
  await take(fixture);
  expect((await fixture.acquire()).kind).toBe("busy");
});
