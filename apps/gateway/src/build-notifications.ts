import type { RateLimits } from "@openrouter-free-pool/shared/config/rate-limits";
import {
  createDispatcher,
  readProxySettings,
} from "@openrouter-free-pool/shared/http/create-dispatcher";
import { readGoneModels } from "@openrouter-free-pool/shared/key-pool/models/gone-models";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import type { GatewayConfig } from "./config.ts";
import { startNotifier } from "./notifications/notifier.ts";
import { createSendNotification } from "./notifications/send-notification.ts";
import { createToldConditions } from "./notifications/told-conditions.ts";
import { describeKeys } from "./pool/keys-status.ts";
import type { PoolWatch } from "./pool/pool-watch.ts";
import type { RedisHealth } from "./redis/redis-health.ts";

/** Starts to notify people where addresses are set. @returns a function that stops it. */
export function startNotifications(deps: {
  config: GatewayConfig;
  limits: RateLimits;
  redis: Redis;
  redisKeys: RedisKeys;
  redisHealth: RedisHealth;
  poolWatch: PoolWatch;
  logger: Logger;
}): () => Promise<void> {
  const { config, limits, redis, redisKeys, poolWatch, logger } = deps;
  const targets = config.NOTIFY_URL;
  if (targets.length === 0) return async () => undefined;
  const dispatcher = createDispatcher(readProxySettings(config));
  const notifier = startNotifier({
    async read() {
      if (!deps.redisHealth.isUp) return undefined;
      await poolWatch.refresh();
      const view = poolWatch.current();
      if (!view) return undefined;
      const { now, dayEndsAt } = view.pool;
      const goneModels = await readGoneModels(redis, redisKeys);
      return { status: describeKeys(view, limits), now, dayEndsAt, goneModels };
    },
    told: createToldConditions(redis, redisKeys),
    send: createSendNotification({ targets, dispatcher, logger }),
    logger,
  });
  return async () => {
    await notifier.stop();
    await dispatcher.destroy();
  };
}
