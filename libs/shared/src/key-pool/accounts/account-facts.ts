import type { RateLimits } from "../../config/rate-limits.ts";
import { loadScript, runScript } from "../../redis/script.ts";
import { toShortDigest } from "../../text/short-digest.ts";
import type { ApiKey } from "../keys/api-key.ts";
import { accountTtlMs, knownTtlMs, poolTtlMs } from "../store/lifetimes.ts";
import type { PoolStore } from "../store/pool-store.ts";

const scripts = {
  recordOwner: loadScript(new URL("./record-owner.lua", import.meta.url)),
  recordUse: loadScript(new URL("./record-use.lua", import.meta.url)),
};

/** What OpenRouter tells of an account's day; undefined where it tells nothing. */
export type DayUse = {
  /** Free calls that the account may make in a day. */
  readonly limit: number | undefined;
  /** Free calls of today, wherever they were made; the figure can be a minute old. */
  readonly used: number | undefined;
};

/**
 * Notes which user of OpenRouter's a key belongs to. All accounts of one user become
 * one, in all pools, with what they have used.
 *
 * @returns the account that became a part of the key's just now.
 */
export async function recordOwner(
  { redis, redisKeys }: PoolStore,
  limits: RateLimits,
  key: ApiKey,
  userId: string,
): Promise<string | undefined> {
  const joined = await runScript(
    redis,
    scripts.recordOwner,
    [redisKeys.movedKeys, redisKeys.owners, redisKeys.pools],
    [
      redisKeys.accountPrefix,
      redisKeys.poolPrefix,
      key.id,
      key.account,
      // Redis need not know who OpenRouter's users are.
      toShortDigest(userId),
      limits.dayMs,
      poolTtlMs,
      accountTtlMs,
      knownTtlMs,
    ],
  );
  return joined === null ? undefined : String(joined);
}

/**
 * Takes over the day's limit and use that OpenRouter tells of a key's account. What
 * counts as used only grows.
 *
 * @returns how many calls made elsewhere were not known before.
 */
export async function recordUse(
  { redis, redisKeys }: PoolStore,
  limits: RateLimits,
  key: ApiKey,
  day: DayUse,
): Promise<number> {
  const more = await runScript(
    redis,
    scripts.recordUse,
    [redisKeys.movedKeys, redisKeys.pools],
    [
      redisKeys.accountPrefix,
      redisKeys.poolPrefix,
      key.id,
      key.account,
      day.limit ?? "",
      day.used ?? "",
      limits.windowMs,
      limits.dayMs,
      accountTtlMs,
    ],
  );
  return Number(more);
}
