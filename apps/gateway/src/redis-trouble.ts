import { isOutOfMemory } from "@openrouter-free-pool/shared/redis/out-of-memory";
import { GatewayError } from "./gateway-error.ts";

const retryAfterMs = 5_000;

/** What a client is told when Redis does not answer. */
export function redisDown(cause?: unknown): GatewayError {
  return new GatewayError("redis-down", "The queue's Redis is unreachable", {
    cause,
    retryAfterMs,
  });
}

/** What a client is told when Redis has no room for what the request needs. */
export function redisFull(cause: unknown): GatewayError {
  return new GatewayError("queue-full", "The queue's Redis is out of memory", {
    cause,
    retryAfterMs,
  });
}

/** What a client is told when a command to Redis failed. */
export function toRedisTrouble(cause: unknown): GatewayError {
  return isOutOfMemory(cause) ? redisFull(cause) : redisDown(cause);
}
