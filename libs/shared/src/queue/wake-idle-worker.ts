import type { Redis } from "ioredis";
import type { RedisKeys } from "../redis/keys.ts";
import { queueKeys } from "./bullmq/queue-keys.ts";

/** Wakes one idle worker, as `wake-idle-worker.lua` does: BullMQ itself wakes none for a job that is put back in line. */
export async function wakeIdleWorker(
  redis: Redis,
  redisKeys: RedisKeys,
): Promise<void> {
  await redis.zadd(queueKeys(redisKeys).marker, 0, "0");
}
