import { setTimeout as sleep } from "node:timers/promises";
import type { ApiKey } from "@openrouter-free-pool/shared/key-pool/keys/api-key";
import { describeMembers } from "@openrouter-free-pool/shared/key-pool/keys/pool-members";
import { readProbeResults } from "@openrouter-free-pool/shared/key-pool/keys/probe-results";
import type { KeyPool } from "@openrouter-free-pool/shared/key-pool/pool/key-pool";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import { readRedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import { withFallback } from "@openrouter-free-pool/shared/timers/with-timeout";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import type { ProbeKey } from "./probe-key.ts";

/** Keys probed at a time. */
export const probesAtATime = 8;
/** A worker whose probing has made no progress for so long counts as lost. */
const leaseMs = 30_000;
/** How long new keys wait to be probed; after that they are used as they are. */
const mostWaitMs = 5_000;
const pollMs = 100;
/** While OpenRouter cannot be reached, probing is tried again this soon. */
const retryUnreachedMs = 10_000;
/** Within this time all workers that hear of a wish to probe a key take it for the same wish. */
const oneWishMs = 2_000;

const unreachedMessage =
  "OpenRouter cannot be reached: its keys could not all be checked";

/** Probes keys so that of many workers only one does. */
type KeyProbing = {
  /** Probes each key of the pool, unless some worker did so in this interval. */
  probeAll(): Promise<void>;
  /** Waits until keys that are to be used have been probed, or for 5 s. */
  probeBeforeUse(keys: readonly ApiKey[]): Promise<void>;
  /** Probes one key on an operator's request. */
  probeNow(keyId: string): Promise<void>;
};

/** Builds {@link KeyProbing}. */
export function createKeyProbing(deps: {
  redis: Redis;
  redisKeys: RedisKeys;
  keyPool: KeyPool;
  probeKey: ProbeKey;
  intervalMs: number;
  logger: Logger;
}): KeyProbing {
  const { redis, redisKeys, keyPool, probeKey, intervalMs, logger } = deps;
  let isUnreached = false;

  /** @returns whether all have been probed; if not, another worker is probing them. */
  async function runProbes(keys: readonly ApiKey[]): Promise<boolean> {
    const mark = redisKeys.probeRound(describeMembers(keys).id);
    const begun = await redis.set(mark, "begun", "PX", leaseMs, "NX");
    if (begun !== "OK") return (await redis.get(mark)) === "ended";

    const due = (await findDue(keys)).values();
    let failure: string | undefined;
    async function probeOneByOne(): Promise<void> {
      for (const key of due) {
        failure = (await probeKey(key)) ?? failure;
        await redis.pexpire(mark, leaseMs);
      }
    }
    await Promise.all(Array.from({ length: probesAtATime }, probeOneByOne));
    tellOfReach(failure);
    // Shorter than the interval, so that the next round finds it gone.
    const endedMs = Math.ceil(intervalMs * 0.9);
    const pauseMs = failure ? Math.min(endedMs, retryUnreachedMs) : endedMs;
    await redis.set(mark, "ended", "PX", pauseMs);
    return true;
  }

  /** Logs once for each outage of OpenRouter. */
  function tellOfReach(failure: string | undefined): void {
    const wasUnreached = isUnreached;
    isUnreached = failure !== undefined;
    if (isUnreached === wasUnreached) return;
    if (isUnreached) logger.error({ reason: failure }, unreachedMessage);
    else logger.info("OpenRouter answers again");
  }

  /** The keys without a recent result; a worker of another pool may have probed some of them. */
  async function findDue(keys: readonly ApiKey[]): Promise<readonly ApiKey[]> {
    const results = await readProbeResults(redis, redisKeys);
    const now = await readRedisClock(redis);
    return keys.filter(({ id }) => {
      const { at = 0, status } = results.get(id) ?? {};
      return status === undefined || Math.abs(now - at) > intervalMs / 2;
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
      if (isOurs === "OK") await probeKey(key, { isAsked: true });
    },
  };
}
