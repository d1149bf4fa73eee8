import type { ApiKey } from "@openrouter-free-pool/shared/key-pool/api-key";
import type { KeyPool } from "@openrouter-free-pool/shared/key-pool/key-pool";
import type { Logger } from "pino";
import type { Verdict } from "./openrouter/verdict.ts";

/** Verdicts that speak of the key or its account. */
export type KeyVerdict = Extract<
  Verdict,
  { kind: "account-limited" | "account-without-credit" | "key-refused" }
>;

/** Takes a key or its account out of use for as long as an answer demands. */
export type RestKeys = {
  rest(key: ApiKey, verdict: KeyVerdict): Promise<void>;
};

/** Builds {@link RestKeys}; each rest leaves one line in the log. */
export function createRestKeys(deps: {
  keyPool: KeyPool;
  logger: Logger;
}): RestKeys {
  const { keyPool, logger } = deps;

  return {
    async rest(key, verdict) {
      const details = { key: key.mask, account: key.account };
      switch (verdict.kind) {
        case "account-limited": {
          const { limit, quota } = verdict;
          const restMs = await keyPool.parkAccount(key, {
            durationMs: verdict.restMs,
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
          await keyPool.retireAccount(key, { reason: "no-credit" });
          logger.error(
            details,
            `Marked account of key ${key.mask} as out of credit`,
          );
          return;
        case "key-refused": {
          const { reason } = verdict;
          await keyPool.retireKey(key, { reason });
          const state = reason === "invalid" ? "invalid" : "over its own limit";
          logger.error(details, `Marked key ${key.mask} as ${state}`);
        }
      }
    },
  };
}
