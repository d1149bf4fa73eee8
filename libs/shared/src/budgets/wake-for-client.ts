import { queueKeys } from "../queue/bullmq/queue-keys.ts";
import type { RedisKeys } from "../redis/keys.ts";

/**
 * The keys by which a script makes workers check the waiting jobs of a client at once: the client's
 * member of the first gets the score 0, and the second the member `0`.
 */
export function keysToWakeForClient(
  redisKeys: RedisKeys,
): [clientsDue: string, marker: string] {
  return [redisKeys.clientsDue, queueKeys(redisKeys).marker];
}
