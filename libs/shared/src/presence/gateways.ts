import type { Redis } from "ioredis";
import type { RedisKeys } from "../redis/keys.ts";
import { isOutOfMemory } from "../redis/out-of-memory.ts";
import { subscribe } from "../redis/subscribe.ts";

/**
 * A gateway without a heartbeat for this long counts as dead: its clients are gone, and workers
 * drop its jobs. Longer than a restart of Redis usually takes.
 */
const gatewayTtlMs = 15_000;

/**
 * Makes the end of a gateway process visible at once: Redis drops a subscription as soon as its
 * connection is closed, for whatever reason.
 *
 * @param subscriber a connection that lives as long as the process.
 */
export async function showPresence(
  subscriber: Redis,
  redisKeys: RedisKeys,
  gatewayId: string,
): Promise<void> {
  await subscribe(subscriber, redisKeys.gatewayPresence(gatewayId));
}

/**
 * Records that a gateway process is alive, even in a Redis that is full.
 *
 * @param isPresent whether it listens on its channel, so that a missing listener means that it has
 * gone.
 * @throws the error of Redis, also when it is full.
 */
export async function announceGateway(
  redis: Redis,
  redisKeys: RedisKeys,
  gatewayId: string,
  isPresent: boolean,
): Promise<void> {
  const alive = redisKeys.gatewayAlive(gatewayId);
  const word = isPresent ? "present" : "heard";
  try {
    await redis.set(alive, word, "PX", gatewayTtlMs);
  } catch (error) {
    // Extending an expiry takes no memory.
    if (isOutOfMemory(error)) await redis.pexpire(alive, gatewayTtlMs);
    throw error;
  }
}

/** Records that a gateway process has stopped: its jobs must not be called any more. */
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
