import { randomUUID } from "node:crypto";
import { parseApiKeys } from "@openrouter-free-pool/shared/key-pool/keys/api-key";
import { KeyPool } from "@openrouter-free-pool/shared/key-pool/pool/key-pool";
import { announceGateway } from "@openrouter-free-pool/shared/presence/gateways";
import { createRedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { Redis } from "ioredis";
import { percentile } from "../../support/percentile.ts";
import { testKey } from "../../support/processes/stack.ts";
import { readCommandStats } from "./command-stats.ts";

const few = 10;
const many = 10_000;
const perRound = 200;
const rounds = 10;

/** What taking one slot costs. */
export type AcquireCost = {
  readonly accounts: number;
  /** Time inside Redis, in µs. */
  readonly inRedisMicros: number;
  /** Median as a worker sees it, the way to Redis and back included, in ms. */
  readonly roundTripMs: number;
};

/** The limiter's cost by the size of the pool. */
export type AcquireResult = {
  readonly few: AcquireCost;
  readonly many: AcquireCost;
  /** The large pool, asked for a chain of eight models of which seven cool down. */
  readonly chain: AcquireCost;
  /** Of the times inside Redis: many accounts to few, and a chain to one model that nothing is checked of. */
  readonly ratio: number;
  readonly chainRatio: number;
};

/** Takes slots from a small and a large pool in turns. */
export async function measureAcquire(redis: Redis): Promise<AcquireResult> {
  const [fewCost, manyCost, chainCost] = await measurePools(redis, [
    { accounts: few },
    { accounts: many },
    { accounts: many, models: chain },
  ]);
  if (!fewCost || !manyCost || !chainCost) throw new Error("A pool is missing");
  return {
    few: fewCost,
    many: manyCost,
    chain: chainCost,
    chainRatio: chainCost.inRedisMicros / manyCost.inRedisMicros,
    ratio: manyCost.inRedisMicros / fewCost.inRedisMicros,
  };
}

/** Takes slots from several pools in turns. @returns the cost of each. */
export async function measurePools(
  redis: Redis,
  kinds: readonly { accounts: number; models?: readonly string[] }[],
): Promise<AcquireCost[]> {
  const pools = [];
  for (const { accounts, models } of kinds) {
    pools.push(await openPool(redis, accounts, models));
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const pool of pools) await pool.takeSlots();
  }
  return pools.map((pool) => pool.cost());
}

const gatewayId = "bench";
const limits = {
  perMinute: 1_000,
  perDay: 1_000_000,
  windowMs: 60_000,
  dayMs: 86_400_000,
  guardMs: 600,
};

const one = ["bench/model:free"];
const chain = Array.from({ length: 8 }, (_, i) => `bench/model-${i}:free`);
const coolingMs = 600_000;

/**
 * A pool of so many accounts, and what taking slots from it has cost so far.
 *
 * @param models all but the last one cool down; of several it is looked whether they are gone.
 */
async function openPool(
  redis: Redis,
  accounts: number,
  models: readonly string[] = one,
) {
  const redisKeys = createRedisKeys(`bench-${randomUUID()}`);
  const entries = Array.from({ length: accounts }, (_, i) => testKey(i));
  const keys = parseApiKeys(entries);
  const checksModels = models.length > 1;
  const pool = new KeyPool({ redis, redisKeys, keys, limits, checksModels });
  await announceGateway(redis, redisKeys, gatewayId, false);
  await pool.register();
  for (const model of models) await pool.models.prove(model);
  for (const model of models.slice(0, -1)) {
    await pool.models.cool(model, coolingMs);
  }
  const tookMs: number[] = [];
  let inRedisMicros = 0;

  async function takeSlot(jobId: string): Promise<void> {
    const startedAt = performance.now();
    const slot = await pool.acquire({
      jobId,
      gatewayId,
      models,
    });
    tookMs.push(performance.now() - startedAt);
    if (slot.kind !== "granted") throw new Error(`No slot: ${slot.kind}`);
  }

  return {
    async takeSlots(): Promise<void> {
      const before = await readScriptMicros(redis);
      for (let n = 0; n < perRound; n += 1) await takeSlot(String(n));
      inRedisMicros += (await readScriptMicros(redis)) - before;
    },
    cost: (): AcquireCost => ({
      accounts,
      inRedisMicros: inRedisMicros / tookMs.length,
      roundTripMs: percentile(tookMs, 50),
    }),
  };
}

async function readScriptMicros(redis: Redis): Promise<number> {
  const stats = await readCommandStats(redis);
  return stats.get("evalsha")?.micros ?? 0;
}
