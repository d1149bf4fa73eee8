import { randomUUID } from "node:crypto";
import { parseApiKeys } from "@openrouter-free-pool/shared/key-pool/api-key";
import { KeyPool } from "@openrouter-free-pool/shared/key-pool/key-pool";
import { announceGateway } from "@openrouter-free-pool/shared/presence/gateways";
import { createRedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import { Redis } from "ioredis";
import { percentile } from "../support/percentile.ts";
import { testKey } from "../support/stack.ts";

const few = 10;
const many = 10_000;
const perRound = 200;
const rounds = 10;

/** The limiter's cost by the size of the pool. */
export type AcquireResult = {
  readonly fewAccounts: number;
  readonly manyAccounts: number;
  readonly fewMs: number;
  readonly manyMs: number;
  readonly ratio: number;
};

/** Takes slots from a small and a large pool in turns; medians of one call's time. */
export async function measureAcquire(redisUrl: string): Promise<AcquireResult> {
  const redis = new Redis(redisUrl);
  try {
    const small = await openPool(redis, few);
    const large = await openPool(redis, many);
    const times: { small: number[]; large: number[] } = {
      small: [],
      large: [],
    };
    for (let round = 0; round < rounds; round += 1) {
      times.small.push(...(await timeAcquires(small)));
      times.large.push(...(await timeAcquires(large)));
    }
    const [fewMs, manyMs] = [
      percentile(times.small, 50),
      percentile(times.large, 50),
    ];
    const ratio = manyMs / fewMs;
    return { fewAccounts: few, manyAccounts: many, fewMs, manyMs, ratio };
  } finally {
    redis.disconnect();
  }
}

const gatewayId = "bench";

async function openPool(redis: Redis, accounts: number): Promise<KeyPool> {
  const redisKeys = createRedisKeys(`bench-${randomUUID()}`);
  const entries = Array.from({ length: accounts }, (_, i) => testKey(i));
  const pool = new KeyPool({
    redis,
    redisKeys,
    keys: parseApiKeys(entries),
    limits: {
      perMinute: 1_000,
      perDay: 1_000_000,
      windowMs: 60_000,
      dayMs: 86_400_000,
      guardMs: 600,
    },
  });
  await announceGateway(redis, redisKeys, gatewayId, false);
  await pool.register();
  return pool;
}

async function timeAcquires(pool: KeyPool): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < perRound; i += 1) {
    const startedAt = performance.now();
    const slot = await pool.acquire({
      jobId: String(i),
      gatewayId,
      model: "bench/model:free",
    });
    times.push(performance.now() - startedAt);
    if (slot.kind !== "granted") throw new Error(`No slot: ${slot.kind}`);
  }
  return times;
}
