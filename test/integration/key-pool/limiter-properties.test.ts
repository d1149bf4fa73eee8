import { setTimeout as sleep } from "node:timers/promises";
import { slotPeriodMs } from "@openrouter-free-pool/shared/key-pool/slots/usable-time";
import fc from "fast-check";
import { expect, inject, test } from "vitest";
import { openPools, shortLimits } from "../../support/dispatch/key-pools.ts";
import { testKey } from "../../support/processes/stack.ts";
import { type Grant, watchGrants } from "../../support/redis/watch-grants.ts";

const { windowMs } = shortLimits;
const runs = { numRuns: 12, endOnFailure: true } as const;

/** Some workers that ask again and again, with random pauses. */
const scenarios = fc.record({
  accounts: fc.integer({ min: 1, max: 4 }),
  keysPerAccount: fc.integer({ min: 1, max: 3 }),
  perMinute: fc.integer({ min: 1, max: 6 }),
  pauses: fc.array(
    fc.array(fc.integer({ min: 0, max: 90 }), { minLength: 8, maxLength: 16 }),
    { minLength: 2, maxLength: 5 },
  ),
});

test("no window of any position ever holds more grants than the limit", async () => {
  await fc.assert(
    fc.asyncProperty(scenarios, async (scenario) => {
      const grants = await play(scenario);
      for (const times of groupByAccount(grants).values()) {
        const worst = findWorstWindow(times, windowMs);
        expect(worst).toBeLessThanOrEqual(scenario.perMinute);
      }
    }),
    runs,
  );
});

test("keys of one account share one budget, whichever of them is used", async () => {
  await fc.assert(
    fc.asyncProperty(scenarios, async (scenario) => {
      const shared = { ...scenario, accounts: 1, keysPerAccount: 3 };
      const grants = await play(shared);
      expect(groupByAccount(grants).size).toBe(1);
      const times = grants.map(({ at }) => at);
      expect(findWorstWindow(times, windowMs)).toBeLessThanOrEqual(
        shared.perMinute,
      );
    }),
    runs,
  );
});

test("no slot is lost: when a window has passed, all of them are there again", async () => {
  await fc.assert(
    fc.asyncProperty(scenarios, async (scenario) => {
      const { accounts, perMinute } = scenario;
      const fixture = await open(scenario);
      try {
        await playOn(fixture, scenario.pauses);
        await sleep(1.5 * slotPeriodMs(shortLimits));
        let granted = 0;
        while ((await fixture.acquire()).kind === "granted") granted += 1;
        // All of them within one window, or the count would say nothing.
        expect(granted).toBeGreaterThanOrEqual(accounts * perMinute);
      } finally {
        fixture.close();
      }
    }),
    runs,
  );
});

test("what a worker is told to wait is enough, and not much more than needed", async () => {
  await fc.assert(
    fc.asyncProperty(scenarios, async (scenario) => {
      const fixture = await open(scenario);
      try {
        let answer: Awaited<ReturnType<Fixture["acquire"]>>;
        let slowestMs = 0;
        do {
          const askedAt = performance.now();
          answer = await fixture.acquire();
          slowestMs = Math.max(slowestMs, performance.now() - askedAt);
        } while (answer.kind === "granted");
        if (answer.kind !== "busy") throw new Error(answer.kind);
        // Slow answers keep a slot for twice as long as they take.
        expect(answer.retryAfterMs).toBeLessThanOrEqual(
          slotPeriodMs(shortLimits) + 2 * slowestMs + 1,
        );
        await sleep(answer.retryAfterMs + 2);
        expect((await fixture.acquire()).kind).toBe("granted");
      } finally {
        fixture.close();
      }
    }),
    runs,
  );
});

type Scenario = typeof scenarios extends fc.Arbitrary<infer S> ? S : never;
type Fixture = Awaited<ReturnType<typeof openPools>>;

function open(scenario: Scenario): Promise<Fixture> {
  const { accounts, keysPerAccount, perMinute, pauses } = scenario;
  const keys = Array.from(
    { length: accounts * keysPerAccount },
    (_, i) => `account-${i % accounts}=${testKey(i)}`,
  );
  return openPools(inject("redisUrl"), {
    limits: { perMinute },
    keys,
    connections: pauses.length,
  });
}

/** @returns what Redis says it has granted. */
async function play(scenario: Scenario): Promise<readonly Grant[]> {
  const fixture = await open(scenario);
  const watch = await watchGrants(inject("redisUrl"), fixture.prefix);
  try {
    await watch.waitFor(await playOn(fixture, scenario.pauses));
    return watch.grants;
  } finally {
    watch.stop();
    fixture.close();
  }
}

/** @returns how many slots the workers were given. */
async function playOn(
  fixture: Fixture,
  pauses: readonly (readonly number[])[],
): Promise<number> {
  const granted = await Promise.all(
    pauses.map(async (ownPauses, worker) => {
      let count = 0;
      for (const pauseMs of ownPauses) {
        const pool = fixture.pools[worker];
        // Several at once over one connection, too.
        const answers = await Promise.all([
          fixture.acquire(pool),
          fixture.acquire(pool),
        ]);
        count += answers.filter(({ kind }) => kind === "granted").length;
        await sleep(pauseMs);
      }
      return count;
    }),
  );
  return granted.reduce((sum, count) => sum + count, 0);
}

function groupByAccount(grants: readonly Grant[]): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (const { account, at } of grants) {
    groups.set(account, [...(groups.get(account) ?? []), at]);
  }
  return groups;
}

/** The most grants in any half-open window of this length. */
function findWorstWindow(times: readonly number[], lengthMs: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return Math.max(
    0,
    ...sorted.map(
      (start) =>
        sorted.filter((at) => at >= start && at < start + lengthMs).length,
    ),
  );
}
