import { loadScript, runScript } from "../../redis/script.ts";
import { knownTtlMs } from "../store/lifetimes.ts";
import type { PoolStore } from "../store/pool-store.ts";

const scripts = {
  retireKey: loadScript(new URL("./retire-key.lua", import.meta.url)),
  releaseKey: loadScript(new URL("./release-key.lua", import.meta.url)),
};

/** Why a key is out of use. The script adds when it was retired, by Redis's clock. */
export type Retirement = {
  readonly reason:
    | "invalid"
    | "key-limit"
    | "no-credit"
    /** Taken out by an operator; only an operator can put it back. */
    | "taken-out";
  /** No probe puts it back earlier: ms since the epoch of Redis's clock. */
  readonly untilAt?: number;
};

/** A probe that has found a key usable. */
export type Probed = {
  /** The key has reached its own limit: models that cost nothing may still be called. */
  readonly isSpent: boolean;
  /** An operator wants it probed. */
  readonly isAsked: boolean;
};

/** Takes a key out of use, in every pool. @returns false when it was out of use already. */
export async function retireKey(
  { redis, redisKeys }: PoolStore,
  key: { readonly account: string; readonly id: string },
  retirement: Retirement,
): Promise<boolean> {
  const wasUsed = await runScript(
    redis,
    scripts.retireKey,
    [redisKeys.retiredKeys, redisKeys.movedKeys, redisKeys.pools],
    [
      redisKeys.poolPrefix,
      key.account,
      key.id,
      retirement.reason,
      knownTtlMs,
      retirement.untilAt ?? "",
    ],
  );
  return wasUsed === 1;
}

/**
 * Lets a retired key be registered again. A key that an operator has taken out can only be released
 * by an operator, one that has reached its own limit not by a probe that finds it so, and one that
 * is out for some time by no probe of the workers' own accord until then.
 *
 * @returns whether it was out of use, and is no longer.
 */
export async function releaseKey(
  { redis, redisKeys }: PoolStore,
  keyId: string,
  by: "operator" | Probed,
): Promise<boolean> {
  const outcome = await runScript(
    redis,
    scripts.releaseKey,
    [redisKeys.retiredKeys],
    typeof by === "string"
      ? [keyId, by, "", ""]
      : [keyId, "probe", by.isSpent ? "1" : "", by.isAsked ? "1" : ""],
  );
  return outcome === "released";
}
