import { loadScript, runScript } from "../../redis/script.ts";
import { accountTtlMs, knownTtlMs, poolTtlMs } from "../store/lifetimes.ts";
import type { PoolStore } from "../store/pool-store.ts";
import type { Member } from "./pool-members.ts";

const register = loadScript(new URL("./register.lua", import.meta.url));

/** Keys registered in one script call, so that a large pool does not block Redis. */
const batchSize = 500;

/**
 * Registers keys of a pool; without keys, only keeps the pool alive. Idempotent.
 *
 * @returns how many of them were put into use by it.
 */
export async function registerMembers(
  { redis, redisKeys }: PoolStore,
  poolId: string,
  members: readonly Member[],
): Promise<number> {
  let added = 0;
  let at = 0;
  do {
    const batch = members.slice(at, at + batchSize);
    added += (await runScript(
      redis,
      register,
      [
        redisKeys.poolIdle(poolId),
        redisKeys.poolBusy(poolId),
        redisKeys.poolRotation(poolId),
        redisKeys.poolMembers(poolId),
        redisKeys.retiredKeys,
        redisKeys.pools,
        redisKeys.movedKeys,
        redisKeys.owners,
      ],
      [
        redisKeys.accountPrefix,
        poolId,
        poolTtlMs,
        knownTtlMs,
        accountTtlMs,
        ...batch.flatMap(({ account, keyId, details }) => [
          account,
          keyId,
          details,
        ]),
      ],
    )) as number;
    at += batchSize;
  } while (at < members.length);
  return added;
}
