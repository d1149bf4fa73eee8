import { countSlotsWithin } from "@openrouter-free-pool/shared/key-pool/pool/capacity";
import { readPool } from "@openrouter-free-pool/shared/key-pool/pool/read-pool";
import { readRedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import { expect, inject, onTestFinished, test } from "vitest";
import { openPools, shortLimits } from "../../support/dispatch/key-pools.ts";
import { testKey } from "../../support/processes/stack.ts";

const many = 1_000_000;

/** One account whose last calls were made at these ages (ms), the oldest first. */
async function openAccount(ages: readonly number[], perMinute = many) {
  const limits = { ...shortLimits, perMinute, windowMs: 60_000 };
  const fixture = await openPools(inject("redisUrl"), {
    limits,
    keys: [`many=${testKey(0)}`],
  });
  onTestFinished(fixture.close);
  const { redis, redisKeys } = fixture;
  const minute = `${redisKeys.accountPrefix}many:minute`;
  const now = await readRedisClock(redis);
  if (ages.length > 0) {
    await redis.rpush(minute, ...ages.map((age) => now - age));
  }
  const read = async () => {
    const pool = await readPool(redis, redisKeys, limits, 60_000);
    const account = pool.accounts.get("many");
    if (!account) throw new Error("The account is unknown");
    return { pool, account };
  };
  return { fixture, limits, minute, read };
}

/** Ages from `oldest` down to `newest`, at equal distances. */
function spread(count: number, oldest: number, newest: number) {
  const step = (oldest - newest) / (count - 1);
  return Array.from({ length: count }, (_, i) => Math.round(oldest - i * step));
}

test("of thousands of calls all are counted, and some of their times are read", async () => {
  const ended = spread(1_500, 400_000, 70_000);
  const counting = spread(3_333, 50_000, 10_000);
  const { limits, read } = await openAccount([...ended, ...counting]);
  const { pool, account } = await read();
  expect(account.minuteUsed).toBe(counting.length);
  expect(account.grantedAt.length).toBe(32);
  const ages = account.grantedAt.map((at) => pool.now - at);
  expect(Math.round((ages[0] ?? 0) / 1_000)).toBe(50);
  expect(Math.round((ages.at(-1) ?? 0) / 1_000)).toBe(10);
  const free = many - counting.length;
  expect(countSlotsWithin(pool, limits, 0)).toBe(free);
  // Half of the slots are back when the calls in the middle have ended; a known time stands for 104 calls.
  const half = countSlotsWithin(pool, limits, 30_000) - free;
  expect(half).toBeGreaterThan(counting.length / 2 - 150);
  expect(half).toBeLessThan(counting.length / 2 + 150);
  expect(countSlotsWithin(pool, limits, 51_000)).toBe(many);
});

test("of few calls every time is read that counts", async () => {
  const { read } = await openAccount([90_000, 70_000, 40_000, 1_000]);
  const { pool, account } = await read();
  expect(account.minuteUsed).toBe(2);
  expect(account.grantedAt.map((at) => at > pool.now - 60_000)).toEqual([
    true,
    true,
  ]);
  const none = await openAccount([]);
  expect((await none.read()).account).toMatchObject({
    minuteUsed: 0,
    grantedAt: [],
  });
});

test("a long list of calls loses those that have ended", async () => {
  const ages = [...spread(1_900, 400_000, 70_000), ...spread(98, 50_000, 9)];
  const { fixture, minute } = await openAccount(ages);
  const { redis } = fixture;
  expect((await fixture.acquire()).kind).toBe("granted");
  expect(await redis.llen(minute)).toBe(1_999);
  expect((await fixture.acquire()).kind).toBe("granted");
  expect(await redis.llen(minute)).toBe(100);
});

test.each([1_000, 2_000])(
  "the call that makes the list as long as a limit of %i is granted when others have ended",
  async (perMinute) => {
    const ended = spread(perMinute - 1, 400_000, 70_000);
    const { fixture, minute } = await openAccount(ended, perMinute);
    expect((await fixture.acquire()).kind).toBe("granted");
    expect(await fixture.redis.llen(minute)).toBe(1);
  },
);

test("a limit stated by OpenRouter holds when a long list loses ended calls", async () => {
  const { fixture } = await openAccount(spread(999, 400_000, 70_000), 5_000);
  const { redis, redisKeys } = fixture;
  const inAnHour = Date.now() + 3_600_000;
  await redis.hset(`${redisKeys.accountPrefix}many`, {
    perMinute: 20,
    perMinuteUntil: inAnHour,
  });
  const kinds: string[] = [];
  for (let i = 0; i < 21; i += 1) kinds.push((await fixture.acquire()).kind);
  expect(kinds).toEqual([...Array(20).fill("granted"), "busy"]);
});
