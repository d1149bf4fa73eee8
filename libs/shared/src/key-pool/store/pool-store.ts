import type { Redis } from "ioredis";
import type { RedisKeys } from "../../redis/keys.ts";

/** The connection and keys of the pools' data. */
export type PoolStore = {
  readonly redis: Redis;
  readonly redisKeys: RedisKeys;
};
