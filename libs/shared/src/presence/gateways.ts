import type { Redis } from "ioredis";
import type { RedisKeys } from "../redis/keys.ts";

/**
 * A gateway that was not heard of for this long counts as dead: its clients are
 * gone, and workers drop its jobs. Longer than a Redis restart usually takes.
 */
export const gatewayTtlMs = 15_000;

/** Says that a gateway process lives, and keeps its stream of replies. */
export async function announceGateway(
  redis: Redis,
  redisKeys: RedisKeys,
  gatewayId: string,
): Promise<void> {
  await redis.set(redisKeys.gatewayAlive(gatewayId), "1", "PX", gatewayTtlMs);
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
