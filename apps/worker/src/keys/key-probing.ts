import type { KeyPool } from "@openrouter-free-pool/shared/key-pool/key-pool";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { Redis } from "ioredis";
import type { ProbeKey } from "./probe-key.ts";

/** Within this time workers that hear of one wish take it for one. */
const oneWishMs = 2_000;

/** Probes keys so that of many workers only one asks. */
export type KeyProbing = {
  /** Probes each key that is out of use, unless a worker did so in this interval. */
  probeRetired(): Promise<void>;
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

  async function isOurs(name: string, holdMs: number): Promise<boolean> {
    const probe = redisKeys.probe(name);
    return (await redis.set(probe, "1", "PX", holdMs, "NX")) === "OK";
  }

  return {
    async probeRetired() {
      // Shorter than the interval, so that the next round finds it free again.
      const holdMs = Math.max(1, Math.floor(intervalMs * 0.9));
      for (const key of await keyPool.readRetiredKeys()) {
        if (await isOurs(key.id, holdMs)) await probeKey(key);
      }
    },
    async probeNow(keyId) {
      const key = keyPool.findKey(keyId);
      if (key && (await isOurs(`${keyId}:now`, oneWishMs))) await probeKey(key);
    },
  };
}
