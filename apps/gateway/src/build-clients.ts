import type { RateLimits } from "@openrouter-free-pool/shared/config/rate-limits";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import { UsageRecorder } from "@openrouter-free-pool/shared/usage/usage-recorder";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import type { Models } from "./build-models.ts";
import { ClientDirectory } from "./clients/directory/client-directory.ts";
import { createClientStore } from "./clients/directory/client-store.ts";
import { DirectorySync } from "./clients/directory/directory-sync.ts";
import { createReadUse } from "./clients/limits/read-use.ts";
import type { GatewayConfig } from "./config.ts";
import type { RedisHealth } from "./redis/redis-health.ts";
import { createPriceTokens } from "./usage/price-tokens.ts";
import { createReadUsage } from "./usage/read-usage.ts";
import { createRecordRequest } from "./usage/record-request.ts";

/** Wires the clients, their limits and their use. */
export function buildClients(deps: {
  config: GatewayConfig;
  redis: Redis;
  subscriber: Redis;
  redisKeys: RedisKeys;
  redisHealth: RedisHealth;
  clock: RedisClock;
  models: Models;
  limits: RateLimits;
  logger: Logger;
}) {
  const { config, redis, redisKeys, clock, models } = deps;
  const directory = new ClientDirectory(config.GATEWAY_API_KEYS);
  const store = createClientStore(redis, redisKeys);
  const sync = new DirectorySync({ ...deps, store, directory });
  const usage = new UsageRecorder(deps);
  return {
    directory,
    store,
    sync,
    clock,
    /** Waits as long as a request is held while Redis is away. */
    untilKnown: () => sync.untilKnown(config.REDIS_GRACE_MS),
    recordRequest: createRecordRequest(usage.record, models.isListed),
    readUsage: createReadUsage({
      ...deps,
      directory,
      priceTokens: createPriceTokens(models.catalogue),
    }),
    /** How much of its limits each client uses now. */
    readUse: createReadUse(deps),
    start: () => sync.start(deps.subscriber),
    async stop(): Promise<void> {
      await sync.stop();
      await usage.stop();
    },
  };
}

/** See {@link buildClients}. */
export type BuiltClients = ReturnType<typeof buildClients>;
