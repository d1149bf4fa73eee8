import type { Redis } from "ioredis";
import type { RedisKeys } from "../redis/keys.ts";
import { loadScript, runScript } from "../redis/script.ts";
import { queueKeys } from "./bullmq/queue-keys.ts";
import { type PriorityName, scoreRange } from "./priorities.ts";

const script = loadScript(
  new URL("./bullmq/move-to-front.lua", import.meta.url),
);

/**
 * Makes the longest waiting job of a priority the next one.
 *
 * @returns whether there was one.
 */
export async function moveToFront(
  redis: Redis,
  redisKeys: RedisKeys,
  name: PriorityName,
): Promise<boolean> {
  const range = scoreRange(name);
  const keys = [queueKeys(redisKeys).prioritized];
  return (await runScript(redis, script, keys, range)) !== null;
}
