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

/** What OpenRouter says about an account's day; undefined when it does not say. */
export type DayUse = {
  /** Free calls that the account may make in a day. */
  readonly limit: number | undefined;
  /** Free calls of today, wherever they were made; the figure can be a minute old. */
  readonly used: number | undefined;
};

/**
 * Records which OpenRouter user a key belongs to. All accounts of one user become one, in all
 * pools, with their combined use.
 *
 * @returns the account that was merged into the key's account by this call.
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
 * Takes over the day's limit and use that OpenRouter states for a key's account. The use is only
 * ever raised.
 *
 * @returns how many calls made elsewhere were unknown before.
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
