import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { Redis } from "ioredis";
import {
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
} from "rate-limiter-flexible";

const mostTries = 10;
const inSeconds = 900;

/** Limits guessing of passwords, over all gateways together. */
export type LoginLimit = {
  /** Counts a try before it is checked. @returns how long no try is allowed, in ms; 0: it is allowed now. */
  count(address: string): Promise<number>;
  /** The password was right: earlier tries are forgotten. */
  forget(address: string): Promise<void>;
};

/** Builds {@link LoginLimit}; while Redis is away each gateway counts on its own. */
export function createLoginLimit(deps: {
  redis: Redis;
  redisKeys: RedisKeys;
}): LoginLimit {
  const limits = { points: mostTries, duration: inSeconds };
  const limiter = new RateLimiterRedis({
    ...limits,
    storeClient: deps.redis,
    keyPrefix: deps.redisKeys.failedLogins,
    rejectIfRedisNotReady: true,
    insuranceLimiter: new RateLimiterMemory(limits),
  });
  return {
    async count(address) {
      try {
        await limiter.consume(address);
        return 0;
      } catch (refusal) {
        if (refusal instanceof RateLimiterRes) return refusal.msBeforeNext;
        throw refusal;
      }
    },
    forget: async (address) => void (await limiter.delete(address)),
  };
}
