import type { RateLimits } from "@openrouter-free-pool/shared/config/rate-limits";
import type { ApiKey } from "@openrouter-free-pool/shared/key-pool/api-key";
import type { KeyPool } from "@openrouter-free-pool/shared/key-pool/key-pool";
import type { Logger } from "pino";
import type { Verdict } from "../call/openrouter/verdict.ts";

/** Verdicts that speak of the key or its account. */
export type KeyVerdict = Extract<
  Verdict,
  { kind: "account-limited" | "account-without-credit" | "key-refused" }
>;

/** Takes a key or its account out of use for as long as an answer demands. */
export type RestKeys = {
  rest(key: ApiKey, verdict: KeyVerdict): Promise<void>;
};

/** A stated rest beyond this is taken for a mistake: no limit lasts longer than a day. */
const longestRestDays = 2;

/** Builds {@link RestKeys}; each rest leaves one line in the log. */
export function createRestKeys(deps: {
  keyPool: KeyPool;
  limits: RateLimits;
  logger: Logger;
}): RestKeys {
  const { keyPool, limits, logger } = deps;

  function restOf(verdict: Extract<KeyVerdict, { kind: "account-limited" }>) {
    const now = Date.now();
    const untilDayEndMs = limits.dayMs - (now % limits.dayMs);
    const usualMs = verdict.limit === "day" ? untilDayEndMs : limits.windowMs;
    const restMs = verdict.restMs ?? usualMs;
    return Math.min(restMs, longestRestDays * limits.dayMs);
  }

  return {
    async rest(key, verdict) {
      const details = { key: key.mask, account: key.account };
      switch (verdict.kind) {
        case "account-limited": {
          const restMs = restOf(verdict);
          const { limit, quota } = verdict;
          await keyPool.parkAccount(key, {
            durationMs: restMs,
            reason: limit,
            limit: quota,
          });
          const state = {
            minute: "minute limit reached",
            day: "daily limit reached",
            stated: `rate limited for ${Math.ceil(restMs / 1_000)}s`,
          }[limit];
          logger.warn(
            { ...details, restMs, quota },
            `Marked key ${key.mask} as ${state}`,
          );
          return;
        }
        case "account-without-credit":
          await keyPool.retireAccount(key, {
            reason: "no-credit",
            at: Date.now(),
          });
          logger.error(
            details,
            `Marked account of key ${key.mask} as out of credit`,
          );
          return;
        case "key-refused": {
          const { reason } = verdict;
          await keyPool.retireKey(key, { reason, at: Date.now() });
          const state = reason === "invalid" ? "invalid" : "over its own limit";
          logger.error(details, `Marked key ${key.mask} as ${state}`);
        }
      }
    },
  };
}
