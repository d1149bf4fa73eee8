import type { ApiKey } from "@openrouter-free-pool/shared/key-pool/keys/api-key";
import { recordProbeResult } from "@openrouter-free-pool/shared/key-pool/keys/probe-results";
import type { KeyPool } from "@openrouter-free-pool/shared/key-pool/pool/key-pool";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import { readRedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import type { KeyClient } from "./openrouter/key-client.ts";
import type { KeyFacts } from "./openrouter/key-facts.ts";

/**
 * Probes one key, and acts on the answer.
 *
 * @param options `isAsked`: an operator wants it.
 * @returns why there was no answer; undefined when there was one.
 */
export type ProbeKey = (
  key: ApiKey,
  options?: { readonly isAsked: boolean },
) => Promise<string | undefined>;

/**
 * Builds {@link ProbeKey}: keys of one user come to share one budget, the day's limit and use are
 * taken over, a usable key is put into use, and a dead one retired. Each change leaves a line in
 * the log.
 */
export function createProbeKey(deps: {
  redis: Redis;
  redisKeys: RedisKeys;
  keyPool: KeyPool;
  keyClient: KeyClient;
  logger: Logger;
}): ProbeKey {
  const { redis, redisKeys, keyPool, keyClient, logger } = deps;

  async function takeOver(
    key: ApiKey,
    facts: KeyFacts,
    isAsked: boolean,
  ): Promise<void> {
    const { mask } = key;
    const learned = await keyPool.learn(key, facts);
    const details = { key: mask, ...facts.day, ...learned };
    if (learned.joined !== undefined) {
      logger.info(details, `Key ${mask} shares its account with other keys`);
    } else if (learned.usedElsewhere > 0) {
      logger.info(details, `The account of key ${mask} is used elsewhere, too`);
    } else {
      logger.debug(details, `Asked about key ${mask}`);
    }
    const { isSpent } = facts;
    if (await keyPool.restoreKey(key, { isSpent, isAsked })) {
      logger.info(details, `Key ${mask} is usable again`);
    }
  }

  async function takeOut(key: ApiKey): Promise<void> {
    const retirement = { reason: "invalid" } as const;
    if (await keyPool.retireKey(key, retirement)) {
      logger.error({ key: key.mask }, `Marked key ${key.mask} as invalid`);
    }
  }

  return async function probeKey(key, { isAsked } = { isAsked: false }) {
    const { status, facts, failure } = await keyClient.ask(key.secret);
    if (facts) await takeOver(key, facts, isAsked);
    else if (status === 401) await takeOut(key);
    else if (status !== undefined) {
      logger.warn({ key: key.mask, status }, "Asking about a key failed");
    }
    const at = await readRedisClock(redis);
    const result = status === undefined ? { at, failure } : { at, status };
    await recordProbeResult(redis, redisKeys, key.id, result);
    return status === undefined ? (failure ?? "no answer") : undefined;
  };
}
