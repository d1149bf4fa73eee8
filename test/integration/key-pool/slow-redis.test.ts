import { setTimeout as sleep } from "node:timers/promises";
import { parseApiKeys } from "@openrouter-free-pool/shared/key-pool/keys/api-key";
import { KeyPool } from "@openrouter-free-pool/shared/key-pool/pool/key-pool";
import fc from "fast-check";
import { Redis } from "ioredis";
import { expect, inject, test } from "vitest";
import { openPools, shortLimits } from "../../support/dispatch/key-pools.ts";
import { startTcpRelay } from "../../support/network/tcp-relay.ts";
import { testKey } from "../../support/processes/stack.ts";

const windowMs = 400;

/** Workers that call whenever they may, over lines whose latency changes. */
const scenarios = fc.record({
  perMinute: fc.integer({ min: 1, max: 4 }),
  /** For each worker: the one-way latency of its line, phase by phase. */
  latencies: fc.array(
    fc.array(fc.constantFrom(0, 0, 5, 60, 250, 500), {
      minLength: 6,
      maxLength: 6,
    }),
    { minLength: 2, maxLength: 4 },
  ),
  phaseMs: fc.integer({ min: 150, max: 500 }),
});

type Scenario = typeof scenarios extends fc.Arbitrary<infer S> ? S : never;

test("no window ever holds more calls than the limit, however long Redis's answers travel", async () => {
  await fc.assert(
    fc.asyncProperty(scenarios, async (scenario) => {
      const { sentAt } = await play(scenario);
      expect(findWorstWindow(sentAt)).toBeLessThanOrEqual(scenario.perMinute);
    }),
    { numRuns: 8, endOnFailure: true },
  );
});

test("the day counts the calls that were made, not the grants that came too late", async () => {
  await fc.assert(
    fc.asyncProperty(scenarios, async (scenario) => {
      const { sentAt, dayUsed } = await play(scenario);
      expect(dayUsed).toBe(sentAt.length);
    }),
    { numRuns: 4, endOnFailure: true },
  );
});

/** @returns when calls were sent, and what counts as used of the day. */
async function play({ perMinute, latencies, phaseMs }: Scenario) {
  const redisUrl = new URL(inject("redisUrl"));
  const keys = [`a=${testKey(0)}`];
  const limits = { ...shortLimits, perMinute, windowMs };
  const fixture = await openPools(redisUrl.href, { keys, limits });
  const workers = await Promise.all(
    latencies.map(async (phases) => {
      const relay = await startTcpRelay(Number(redisUrl.port || 6379));
      const url = new URL(redisUrl);
      url.host = `127.0.0.1:${relay.port}`;
      const redis = new Redis(url.href);
      const { redisKeys } = fixture;
      const apiKeys = parseApiKeys(keys);
      const pool = new KeyPool({ redis, redisKeys, limits, keys: apiKeys });
      return { relay, redis, pool, phases };
    }),
  );
  const sentAt: number[] = [];
  let isOver = false;

  async function callOn(pool: KeyPool): Promise<void> {
    while (!isOver) {
      const slot = await fixture.acquire(pool);
      if (slot.kind === "granted") {
        // The event loop of a busy worker.
        await sleep(Math.random() * 40);
        if (!(await pool.releaseIfLate(slot))) sentAt.push(performance.now());
      } else if (slot.kind === "busy") {
        await sleep(Math.min(slot.retryAfterMs, 50));
      }
    }
  }

  const callers = workers.flatMap(({ pool }) => [callOn(pool), callOn(pool)]);
  await Promise.all(
    workers.map(async ({ relay, phases }) => {
      for (const latencyMs of phases) {
        relay.delayBy(latencyMs);
        await sleep(phaseMs);
      }
      relay.delayBy(0);
    }),
  );
  isOver = true;
  await Promise.all(callers);
  const account = `${fixture.redisKeys.accountPrefix}a`;
  const dayUsed = Number(await fixture.redis.hget(account, "dayUsed"));
  for (const { redis, relay } of workers) {
    redis.disconnect();
    await relay.stop();
  }
  fixture.close();
  return { sentAt, dayUsed };
}

/** The most calls in any half-open window. */
function findWorstWindow(times: readonly number[]): number {
  return Math.max(
    0,
    ...times.map(
      (start) =>
        times.filter((at) => at >= start && at < start + windowMs).length,
    ),
  );
}
