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
  /** Counts a wrong try. @returns how long no try is allowed, in ms; 0: this one was. */
  countWrong(address: string): Promise<number>;
  /**
   * The password is right: earlier tries are forgotten.
   *
   * @returns how long it is not accepted all the same, in ms, as there were too many wrong tries; 0: it is.
   */
  acceptRight(address: string): Promise<number>;
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
    async countWrong(address) {
      try {
        await limiter.consume(address);
        return 0;
      } catch (refusal) {
        if (refusal instanceof RateLimiterRes) return refusal.msBeforeNext;
        throw refusal;
      }
    },
    async acceptRight(address) {
      const earlier = await limiter.get(address);
      if (!earlier) return 0;
      if (earlier.consumedPoints >= mostTries) return earlier.msBeforeNext;
      await limiter.delete(address);
      return 0;
    },
  };
}
