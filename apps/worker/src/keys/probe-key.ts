import type { ApiKey } from "@openrouter-free-pool/shared/key-pool/api-key";
import type { KeyPool } from "@openrouter-free-pool/shared/key-pool/key-pool";
import { noteProbeResult } from "@openrouter-free-pool/shared/key-pool/probe-results";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import type { OpenRouterClient } from "../openrouter/client.ts";

/** Asks OpenRouter about one key, and acts on what it says. */
export type ProbeKey = (key: ApiKey) => Promise<void>;

/** Builds {@link ProbeKey}: a key that is well is put into use, a dead one taken out. */
export function createProbeKey(deps: {
  redis: Redis;
  redisKeys: RedisKeys;
  keyPool: KeyPool;
  client: OpenRouterClient;
  logger: Logger;
}): ProbeKey {
  const { redis, redisKeys, keyPool, client, logger } = deps;
  return async function probeKey(key) {
    const status = await client.probeKey(key.secret).catch(() => undefined);
    const at = Date.now();
    const result = status === undefined ? { at } : { at, status };
    await noteProbeResult(redis, redisKeys, key.id, result);
    const details = { key: key.mask, status };
    if (status === 200 && (await keyPool.restoreKey(key))) {
      logger.info(details, `Key ${key.mask} is usable again`);
    } else if (status === 401) {
      await keyPool.retireKey(key, { reason: "invalid", at });
      logger.info(details, `Key ${key.mask} is invalid`);
    } else {
      logger.info(details, `Probing key ${key.mask} changed nothing`);
    }
  };
}
