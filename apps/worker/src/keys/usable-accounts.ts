import type { KeyPool } from "@openrouter-free-pool/shared/key-pool/pool/key-pool";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { Redis } from "ioredis";

/** Whether the pool has an account with a usable key in addition to these; it may be at its limit. */
export type HasAccountBesides = (
  accounts: ReadonlySet<string>,
) => Promise<boolean>;

/** Builds {@link HasAccountBesides}; it costs two commands, and is needed only after a refusal. */
export function createHasAccountBesides(deps: {
  redis: Redis;
  redisKeys: RedisKeys;
  keyPool: KeyPool;
}): HasAccountBesides {
  const { redis, redisKeys, keyPool } = deps;
  return async function hasAccountBesides(accounts) {
    const [retired, moved] = await Promise.all([
      redis.hkeys(redisKeys.retiredKeys),
      redis.hgetall(redisKeys.movedKeys),
    ]);
    const unusable = new Set(retired);
    return keyPool.keys.some(
      ({ id, account }) =>
        !unusable.has(id) && !accounts.has(moved[id] ?? account),
    );
  };
}
