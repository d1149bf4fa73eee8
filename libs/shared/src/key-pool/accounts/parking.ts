import type { RateLimits } from "../../config/rate-limits.ts";
import { loadScript, runScript } from "../../redis/script.ts";
import type { ApiKey } from "../keys/api-key.ts";
import { accountTtlMs, poolTtlMs } from "../store/lifetimes.ts";
import {
  longestParkingMs,
  type ParkingReason,
} from "../store/longest-times.ts";
import type { PoolStore } from "../store/pool-store.ts";

const scripts = {
  parkAccount: loadScript(new URL("./park-account.lua", import.meta.url)),
  unparkAccount: loadScript(new URL("./unpark-account.lua", import.meta.url)),
};

/** OpenRouter's refusal of a call because of its account. */
export type Parking = {
  /** How long the account must not be called, in ms; undefined when that is not stated. */
  readonly durationMs: number | undefined;
  readonly reason: ParkingReason;
  /** The account's limit in a window or a day (by the reason), if stated. */
  readonly limit: number | undefined;
};

/**
 * Parks the account of a granted key, within the bounds of `longest-times.ts`.
 *
 * @returns how long it is parked from now, in ms.
 */
export async function parkAccount(
  { redis, redisKeys }: PoolStore,
  limits: RateLimits,
  poolId: string,
  key: ApiKey,
  { durationMs, reason, limit }: Parking,
): Promise<number> {
  const { windowMs, dayMs } = limits;
  const parkedMs = await runScript(
    redis,
    scripts.parkAccount,
    [
      redisKeys.movedKeys,
      redisKeys.poolIdle(poolId),
      redisKeys.poolBusy(poolId),
    ],
    [
      redisKeys.accountPrefix,
      key.id,
      key.account,
      durationMs === undefined ? "" : Math.ceil(durationMs),
      reason,
      accountTtlMs + 2 * dayMs,
      poolTtlMs,
      limit ?? "",
      dayMs,
      windowMs,
      longestParkingMs(reason, limits),
    ],
  );
  return Number(parkedMs);
}

/** Ends an account's parking in one pool. @returns false when it was not parked. */
export async function unparkAccount(
  { redis, redisKeys }: PoolStore,
  poolId: string,
  account: string,
): Promise<boolean> {
  const wasParked = await runScript(
    redis,
    scripts.unparkAccount,
    [redisKeys.accountPrefix + account, redisKeys.poolBusy(poolId)],
    [account],
  );
  return wasParked === 1;
}
