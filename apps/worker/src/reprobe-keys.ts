import type { KeyPool } from "@openrouter-free-pool/shared/key-pool/key-pool";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import type { OpenRouterClient } from "./openrouter/client.ts";

/**
 * Asks OpenRouter about each retired key of the pool, and puts those back into
 * use that are well again. Of many workers one asks per key and interval.
 */
export async function reprobeKeys(deps: {
  redis: Redis;
  redisKeys: RedisKeys;
  keyPool: KeyPool;
  client: OpenRouterClient;
  intervalMs: number;
  logger: Logger;
}): Promise<void> {
  const { redis, redisKeys, keyPool, client, intervalMs, logger } = deps;
  // Shorter than the interval, so that the next round finds it free again.
  const holdMs = Math.max(1, Math.floor(intervalMs * 0.9));
  for (const key of await keyPool.readRetiredKeys()) {
    const isOurs = await redis.set(
      redisKeys.probe(key.id),
      "1",
      "PX",
      holdMs,
      "NX",
    );
    if (!isOurs) continue;
    const status = await client.probeKey(key.secret).catch(() => undefined);
    if (status === 200) {
      await keyPool.restoreKey(key);
      logger.info({ key: key.mask }, `Key ${key.mask} is usable again`);
    } else {
      logger.info(
        { key: key.mask, status },
        `Key ${key.mask} is still out of use`,
      );
    }
  }
}
