import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import { Agent } from "undici";
import type { ClientDirectory } from "./clients/directory/client-directory.ts";
import type { GatewayConfig } from "./config.ts";
import { newEvent, type PublishEvent } from "./webhooks/events/event.ts";
import { createEventStore } from "./webhooks/events/event-store.ts";
import { EventSender } from "./webhooks/sending/event-sender.ts";
import { createPublicAgent } from "./webhooks/sending/public-addresses.ts";
import { toClientSecret } from "./webhooks/sending/secrets.ts";
import type { Receiver } from "./webhooks/sending/send-event.ts";

/** Wires what is recorded for webhooks, and what sends it. */
export function buildWebhooks(deps: {
  config: GatewayConfig;
  directory: ClientDirectory;
  redis: Redis;
  redisKeys: RedisKeys;
  clock: RedisClock;
  logger: Logger;
}) {
  const { config, directory, clock, logger } = deps;
  const secret = config.WEBHOOK_SECRET_FILE ?? config.WEBHOOK_SECRET;
  const store = createEventStore(deps);

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
    findReceiver,
    dispatcher: config.WEBHOOK_ALLOW_PRIVATE
      ? new Agent()
      : createPublicAgent(),
    clock,
    retryMs: config.WEBHOOK_RETRY_MS,
    logger,
  });
  const publish: PublishEvent = async (type, about, owner) => {
    if (!findReceiver(owner)) return;
    const event = newEvent(type, about, { owner, createdAt: clock.now() });
    if ((await store.publish(event)) === "full") {
      logger.error({ type, about }, "Too many events wait; one is dropped");
    }
  };
  return {
    publish,
    /** The secret of a client's events; undefined without the pool's. */
    secretOf: (client: string): string | undefined =>
      secret === undefined ? undefined : toClientSecret(secret, client),
    start: () => sender.start(),
    stop: () => sender.stop(),
  };
}
