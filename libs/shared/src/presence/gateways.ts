import type { Redis } from "ioredis";
import type { RedisKeys } from "../redis/keys.ts";
import { isOutOfMemory } from "../redis/out-of-memory.ts";

/**
 * A gateway that was not heard of for this long counts as dead: its clients are
 * gone, and workers drop its jobs. Longer than a Redis restart usually takes.
 */
const gatewayTtlMs = 15_000;

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
 * Says that a gateway process lives, also to a Redis that is full.
 *
 * @param isPresent whether it listens on its channel, so that the lack of a
 * listener would mean that it has gone.
 * @throws what Redis answers, when it is full, too.
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
    // To live on takes no memory.
    if (isOutOfMemory(error)) await redis.pexpire(alive, gatewayTtlMs);
    throw error;
  }
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
