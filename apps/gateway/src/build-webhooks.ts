import type { Metrics } from "@openrouter-free-pool/shared/metrics/metrics";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import { Agent } from "undici";
import type { ClientDirectory } from "./clients/directory/client-directory.ts";
import type { GatewayConfig } from "./config.ts";
import { measureWebhooks } from "./metrics/measure-webhooks.ts";
import type { RedisHealth } from "./redis/redis-health.ts";
import { newDelivery } from "./webhooks/deliveries/delivery.ts";
import { createDeliveryStore } from "./webhooks/deliveries/delivery-store.ts";
import { createManageDeliveries } from "./webhooks/deliveries/manage-deliveries.ts";
import { newEvent, type PublishEvent } from "./webhooks/events/event.ts";
import { EventSender } from "./webhooks/sending/event-sender.ts";
import { createPublicAgent } from "./webhooks/sending/public-addresses.ts";
import { toClientSecret } from "./webhooks/sending/secrets.ts";
import type { Receiver } from "./webhooks/sending/send-event.ts";

/** Wires the events of webhooks: their records, their sending, and what operators see of them. */
export function buildWebhooks(deps: {
  config: GatewayConfig;
  directory: ClientDirectory;
  redis: Redis;
  redisKeys: RedisKeys;
  redisHealth: RedisHealth;
  clock: RedisClock;
  metrics: Metrics;
  logger: Logger;
}) {
  const { config, directory, clock, logger } = deps;
  const secret = config.WEBHOOK_SECRET;
  const store = createDeliveryStore(deps);

  function findReceiver(owner: string | undefined): Receiver | undefined {
    if (secret === undefined) return undefined;
    const client = owner === undefined ? undefined : directory.find(owner);
    if (client?.webhookUrl) {
      const { id, webhookUrl: url } = client;
      return { url, secret: toClientSecret(secret, id) };
    }
    return config.WEBHOOK_URL === undefined
      ? undefined
      : { url: config.WEBHOOK_URL, secret };
  }

  const sender = new EventSender({
    store,
    // A client that is not known yet may have an address of its own.
    isReady: () => directory.isKnown,
    findReceiver,
    dispatcher: config.WEBHOOK_ALLOW_PRIVATE
      ? new Agent()
      : createPublicAgent(),
    clock,
    retryMs: config.WEBHOOK_RETRY_MS,
    onTried: measureWebhooks(deps.metrics, {
      ...deps,
      countWaiting: store.countWaiting,
    }),
    logger,
  });
  const publish: PublishEvent = async (type, about, owner) => {
    if (secret === undefined) return;
    if (directory.isKnown && !findReceiver(owner)) return;
    const event = newEvent(type, about, clock.now());
    if ((await store.publish(newDelivery(event, owner))) === "full") {
      logger.error(
        { type, about, clientId: owner },
        "Too many events wait; one is dropped",
      );
    }
  };
  return {
    publish,
    /** Whether events are sent at all. */
    isOn: secret !== undefined,
    manageDeliveries: createManageDeliveries({ ...deps, store, findReceiver }),
    /** The secret that signs a client's events; undefined when the pool has none. */
    secretOf: (client: string): string | undefined =>
      secret === undefined ? undefined : toClientSecret(secret, client),
    start: () => sender.start(),
    stop: () => sender.stop(),
  };
}

/** See {@link buildWebhooks}. */
export type Webhooks = ReturnType<typeof buildWebhooks>;
