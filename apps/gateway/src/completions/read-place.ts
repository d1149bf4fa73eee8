import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { Redis } from "ioredis";

/** Tells a job's place in line, 1 for the next one; undefined when it is not in line. */
export type ReadPlace = (jobId: string) => Promise<number | undefined>;

/** Builds {@link ReadPlace}. */
export function createReadPlace(redis: Redis, redisKeys: RedisKeys): ReadPlace {
  return async (jobId) => {
    const rank = await redis.zrank(redisKeys.prioritizedJobs, jobId);
    return rank === null ? undefined : rank + 1;
  };
}
