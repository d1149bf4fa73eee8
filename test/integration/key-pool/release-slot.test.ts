import type { Grant } from "@openrouter-free-pool/shared/key-pool/slots/acquisition";
import { Redis } from "ioredis";
import { afterEach, expect, inject, onTestFinished, test } from "vitest";
import {
  openPools,
  type PoolFixture,
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

/** Listens for what workers are told. @returns a function that reads all of it until now. */
async function hearCommands({ redis, redisKeys }: PoolFixture) {
  const subscriber = new Redis(inject("redisUrl"));
  onTestFinished(() => subscriber.disconnect());
  const heard: string[] = [];
  subscriber.on("message", (_channel, message) => heard.push(message));
  await subscriber.subscribe(redisKeys.workerCommands);
  return async () => {
    await redis.publish(redisKeys.workerCommands, "end");
    await until("all is heard", () => heard.at(-1) === "end");
    return heard.splice(0).slice(0, -1);
  };
}

const lookAgain = JSON.stringify({ kind: "look-again" });

test("workers are told of a slot that is given back, also of one that came too late", async () => {
  const fixture = await openPool({ limits: { perMinute: 5 } });
  const readCommands = await hearCommands(fixture);
  await release(fixture, await take(fixture));
  expect(await readCommands()).toEqual([lookAgain]);
  const late = { ...(await take(fixture)), usableUntil: 0 };
  expect(await fixture.pools[0]?.releaseIfLate(late)).toBe(true);
  expect(await readCommands()).toEqual([lookAgain]);
});

test("workers are not told of a call that took no slot", async () => {
  const fixture = await openPool();
  const readCommands = await hearCommands(fixture);
  const { receipt: _, ...paid } = await take(fixture);
  await release(fixture, { ...paid, receipt: undefined });
  expect(await readCommands()).toEqual([]);
});

test("workers are told of many slots that are given back together in few messages", async () => {
  const fixture = await openPool({ limits: { perMinute: 50 } });
  const grants: Grant[] = [];
  for (let i = 0; i < 50; i += 1) grants.push(await take(fixture));
  const readCommands = await hearCommands(fixture);
  await Promise.all(grants.map((grant) => release(fixture, grant)));
  const { length } = await readCommands();
  expect(length).toBeGreaterThan(0);
  expect(length).toBeLessThan(grants.length);
});
