import { randomUUID } from "node:crypto";
import { connectRedis } from "@openrouter-free-pool/shared/redis/connect";
import {
  createRedisKeys,
  type RedisKeys,
} from "@openrouter-free-pool/shared/redis/keys";
import type { Redis } from "ioredis";
import { pino } from "pino";
import { inject, onTestFinished } from "vitest";

/**
 * Opens a connection to the Redis that all tests share, and names keys that no other test has. It is closed after the
 * test and its `afterEach`: call it in a test or in `beforeEach`.
 */
export function openRedis(): { redis: Redis; redisKeys: RedisKeys } {
  const redis = connectRedis(
    { url: inject("redisUrl") },
    { role: "durable", name: "test", logger: pino({ level: "silent" }) },
  );
  onTestFinished(async () => void (await redis.quit()));
  return { redis, redisKeys: createRedisKeys(`test-${randomUUID()}`) };
}
