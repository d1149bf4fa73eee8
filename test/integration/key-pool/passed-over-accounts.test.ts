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

/** A pool of named accounts, `a0`, `a1` …, with a key each. */
async function openAccounts(count: number, perMinute: number) {
  const fixture = await openPools(inject("redisUrl"), {
    limits: { windowMs: 60_000, perMinute },
    keys: Array.from({ length: count }, (_, i) => `a${i}=${testKey(i)}`),
  });
  open.push(fixture);
  const ask = async (refusing: readonly string[]) => {
    const slot = await fixture.acquire(undefined, new Set(refusing));
    return slot.kind === "granted" ? slot.key.account : slot.kind;
  };
  return { fixture, ask };
}

test("accounts that refuse the request are passed over, and lose no slot", async () => {
  const { ask } = await openAccounts(20, 1);
  const refusing = Array.from({ length: 19 }, (_, i) => `a${i}`);
  expect(await ask(refusing)).toBe("a19");
  const others = new Set<string>();
  for (let i = 0; i < 19; i += 1) others.add(await ask([]));
  expect(others).toEqual(new Set(refusing));
});

test("where the others are at their limits, the wait is that of the next one of them", async () => {
  const { fixture, ask } = await openAccounts(3, 1);
  expect(await ask(["a0", "a1"])).toBe("a2");
  const slot = await fixture.acquire(undefined, new Set(["a0", "a1"]));
  expect(slot).toMatchObject({
    kind: "busy",
    retryAfterMs: expect.any(Number),
  });
  // Those that are passed over are still free.
  expect(["a0", "a1"]).toContain(await ask([]));
});

test("where all accounts refuse, that is said, and nothing is taken", async () => {
  const { ask } = await openAccounts(2, 1);
  expect(await ask(["a0", "a1"])).toBe("no-other-account");
  expect(new Set([await ask([]), await ask([])])).toEqual(
    new Set(["a0", "a1"]),
  );
  // At their limits they are no others, either.
  expect(await ask(["a0", "a1"])).toBe("no-other-account");
  expect(await ask([])).toBe("busy");
});
