import type { ApiKey } from "@openrouter-free-pool/shared/key-pool/keys/api-key";
import type { KeyPool } from "@openrouter-free-pool/shared/key-pool/pool/key-pool";
import type { Logger } from "pino";

/** What an answer means for a key or its account. Durations in ms. */
export type KeyEffect =
  | { readonly kind: "none" }
  /** The account is parked; `undefined`: until its window or its day ends. */
  | {
      readonly kind: "park";
      readonly limit: "minute" | "day" | "stated";
      readonly durationMs: number | undefined;
      /** Calls that the account may make in a minute or a day, where that is stated. */
      readonly quota: number | undefined;
    }
  | { readonly kind: "retire-key"; readonly reason: "invalid" | "key-limit" }
  | { readonly kind: "retire-account" };

/** Takes a key or its account out of use for as long as an answer demands. */
export type ApplyKeyEffect = (key: ApiKey, effect: KeyEffect) => Promise<void>;

/** Builds {@link ApplyKeyEffect}; each effect leaves one line in the log. */
export function createApplyKeyEffect(deps: {
  keyPool: KeyPool;
  /** How often keys are probed, in ms. */
  probeIntervalMs: number;
  logger: Logger;
}): ApplyKeyEffect {
  const { keyPool, logger } = deps;

  return async function applyKeyEffect(key, effect) {
    const details = { key: key.mask, account: key.account };
    switch (effect.kind) {
      case "none":
        return;
      case "park": {
        const { limit, durationMs, quota } = effect;
        const parkedMs = await keyPool.parkAccount(key, {
          durationMs,
          reason: limit,
          limit: quota,
        });
        const state = {
          minute: "minute limit reached",
          day: "daily limit reached",
          stated: `rate limited for ${Math.ceil(parkedMs / 1_000)}s`,
        }[limit];
        logger.warn(
          { ...details, parkedMs, quota },
          `Marked key ${key.mask} as ${state}`,
        );
        return;
      }
      case "retire-account":
        await keyPool.retireAccount(key, deps.probeIntervalMs);
        logger.error(
          details,
          `Marked account of key ${key.mask} as out of credit`,
        );
        return;
      case "retire-key": {
        const { reason } = effect;
        await keyPool.retireKey(key, { reason });
        const state = reason === "invalid" ? "invalid" : "over its own limit";
        logger.error(details, `Marked key ${key.mask} as ${state}`);
      }
    }
  };
}
