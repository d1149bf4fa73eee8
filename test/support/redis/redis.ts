import { findRedisBinary } from "../../../scripts/redis/redis-binary.ts";

export {
  listenSettings,
  type PrivateRedis,
  type PrivateRedisOptions,
  startPrivateRedis,
  type TlsFiles,
} from "../../../scripts/redis/private-redis.ts";

/**
 * Whether a server of a test's own can be started. Where only a shared Redis is there, such a test says so:
 * `if (!privateRedisAvailable()) ctx.skip("needs redis-server on the PATH")`.
 */
export function privateRedisAvailable(): boolean {
  return findRedisBinary() !== undefined;
}
