import type { Redis } from "ioredis";
import type { RedisKeys } from "../../redis/keys.ts";

/** Where pools are kept. */
export type PoolStore = {
  readonly redis: Redis;
  readonly redisKeys: RedisKeys;
};
