import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { Redis } from "ioredis";
import type { Storage } from "../storage/open-storage.ts";
import { journalFolder } from "./journal-writer.ts";

const journalsAtATime = 100;

/** Removes the journals of ended batches after some time. */
type JournalRemoval = {
  /** Schedules the removal of a batch's journal. */
  removeAfter(batchId: string, afterMs: number): Promise<void>;
  /** Removes what is due. Several gateways may do so at a time. */
  removeDue(): Promise<void>;
};

/** Builds {@link JournalRemoval}. */
export function createJournalRemoval(deps: {
  redis: Redis;
  redisKeys: RedisKeys;
  storage: Storage;
}): JournalRemoval {
  const { redis, redisKeys, storage } = deps;
  return {
    async removeAfter(batchId, afterMs) {
      const at = Date.now() + afterMs;
      await redis.zadd(redisKeys.journalsToRemove, at, batchId);
    },
    async removeDue() {
      const due = await redis.zrangebyscore(
        redisKeys.journalsToRemove,
        "-inf",
        Date.now(),
        "LIMIT",
        0,
        journalsAtATime,
      );
      for (const batchId of due) {
        await storage.deleteAll(journalFolder(batchId));
        await redis.zrem(redisKeys.journalsToRemove, batchId);
      }
    },
  };
}
