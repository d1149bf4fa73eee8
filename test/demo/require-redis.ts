import { Redis } from "ioredis";
import { NoRedisError } from "../../scripts/redis/no-redis-error.ts";

/** @throws {NoRedisError} when there is nothing at the address, say of an outdated REDIS_URL. */
export async function requireRedis(url: string): Promise<void> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: 3_000,
    retryStrategy: () => null,
  });
  let problem = "no answer";
  redis.on("error", (error) => {
    problem = error.message;
  });
  try {
    await redis.connect();
    await redis.ping();
  } catch {
    // The address only: the whole URL may have a password in it.
    throw new NoRedisError(
      `No Redis at ${new URL(url).host} (${problem}): correct REDIS_URL, or unset it to have one started.`,
    );
  } finally {
    redis.disconnect();
  }
}
