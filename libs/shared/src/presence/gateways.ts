import type { Redis } from "ioredis";
import type { RedisKeys } from "../redis/keys.ts";

/**
 * A gateway that was not heard of for this long counts as dead: its clients are
 * gone, and workers drop its jobs. Longer than a Redis restart usually takes.
 */
export const gatewayTtlMs = 15_000;

/**
 * Makes the end of a gateway process visible at once: Redis forgets a subscription
 * as soon as the connection behind it is closed, by whatever it is closed.
 *
 * @param subscriber a connection that lives as long as the process.
 */
export async function showPresence(
  subscriber: Redis,
  redisKeys: RedisKeys,
  gatewayId: string,
): Promise<void> {
  await subscriber.subscribe(redisKeys.gatewayPresence(gatewayId));
}

/**
 * Says that a gateway process lives.
 *
 * @param isPresent whether it listens on its channel, so that the lack of a
 * listener would mean that it has gone.
 */
export async function announceGateway(
  redis: Redis,
  redisKeys: RedisKeys,
  gatewayId: string,
  isPresent: boolean,
): Promise<void> {
  await redis.set(
    redisKeys.gatewayAlive(gatewayId),
    isPresent ? "present" : "heard",
    "PX",
    gatewayTtlMs,
  );
}

/** Says that a gateway process has stopped: its jobs are not to be called any more. */
export async function dismissGateway(
  redis: Redis,
  redisKeys: RedisKeys,
  gatewayId: string,
): Promise<void> {
  await redis.del(
    redisKeys.gatewayAlive(gatewayId),
    redisKeys.gatewayReplies(gatewayId),
  );
}
