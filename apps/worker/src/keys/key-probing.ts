import { setTimeout as sleep } from "node:timers/promises";
import type { ApiKey } from "@openrouter-free-pool/shared/key-pool/keys/api-key";
import { describeMembers } from "@openrouter-free-pool/shared/key-pool/keys/pool-members";
import { readProbeResults } from "@openrouter-free-pool/shared/key-pool/keys/probe-results";
import type { KeyPool } from "@openrouter-free-pool/shared/key-pool/pool/key-pool";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import { readRedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import { withFallback } from "@openrouter-free-pool/shared/timers/with-timeout";
import type { Redis } from "ioredis";
import type { ProbeKey } from "./probe-key.ts";

/** Keys asked about at a time. */
export const probesAtATime = 8;
/** A worker that asks and is not heard of for so long has been lost. */
const leaseMs = 30_000;
/** How long keys that are new wait to be asked about; then they are used as they are. */
const mostWaitMs = 5_000;
const pollMs = 100;
/** Within this time workers that hear of one wish take it for one. */
const oneWishMs = 2_000;

/** Asks about keys so that of many workers only one does. */
type KeyProbing = {
  /** Asks about each key of the pool, unless some worker did so in this interval. */
  probeAll(): Promise<void>;
  /** Waits until keys that are to be used have been asked about, or for 5 s. */
  probeBeforeUse(keys: readonly ApiKey[]): Promise<void>;
  /** Probes one key because somebody wants to know. */
  probeNow(keyId: string): Promise<void>;
};

/** Builds {@link KeyProbing}. */
export function createKeyProbing(deps: {
  redis: Redis;
  redisKeys: RedisKeys;
  keyPool: KeyPool;
  probeKey: ProbeKey;
  intervalMs: number;
}): KeyProbing {
  const { redis, redisKeys, keyPool, probeKey, intervalMs } = deps;

  /** @returns whether all have been asked about; if not, another worker is at it. */
  async function runProbes(keys: readonly ApiKey[]): Promise<boolean> {
    const mark = redisKeys.probeRound(describeMembers(keys).id);
    const begun = await redis.set(mark, "begun", "PX", leaseMs, "NX");
    if (begun !== "OK") return (await redis.get(mark)) === "ended";

    const due = (await findDue(keys)).values();
    async function probeOneByOne(): Promise<void> {
      for (const key of due) {
        await probeKey(key);
        await redis.pexpire(mark, leaseMs);
      }
    }
    await Promise.all(Array.from({ length: probesAtATime }, probeOneByOne));
    // Shorter than the interval, so that the next round finds it gone.
    await redis.set(mark, "ended", "PX", Math.ceil(intervalMs * 0.9));
    return true;
  }

  /** Those that were not asked about lately, in a pool with other keys, too, say. */
  async function findDue(keys: readonly ApiKey[]): Promise<readonly ApiKey[]> {
    const results = await readProbeResults(redis, redisKeys);
    const now = await readRedisClock(redis);
    return keys.filter(({ id }) => {
      const askedAt = results.get(id)?.at ?? 0;
      return Math.abs(now - askedAt) > intervalMs / 2;
    });
  }

  return {
    async probeAll() {
      await runProbes(keyPool.keys);
    },
    async probeBeforeUse(keys) {
      let isOver = false;
      async function probeUntilEnded(): Promise<void> {
        while (!isOver && !(await runProbes(keys))) await sleep(pollMs);
      }
      await withFallback(probeUntilEnded(), mostWaitMs, undefined);
      isOver = true;
    },
    async probeNow(keyId) {
      const key = keyPool.findKey(keyId);
      if (!key) return;
      const wish = redisKeys.probe(keyId);
      const isOurs = await redis.set(wish, "1", "PX", oneWishMs, "NX");
      if (isOurs === "OK") await probeKey(key);
    },
  };
}
