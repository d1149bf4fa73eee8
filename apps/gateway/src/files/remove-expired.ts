import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { Redis } from "ioredis";
import type { BatchStore } from "../batches/records/batch-store.ts";
import { GatewayError } from "../gateway-error.ts";
import { removeJournal } from "../journals/read-journal.ts";
import type { Storage } from "../storage/open-storage.ts";
import type { FileStore } from "./file-store.ts";
import type { RemoveFile } from "./remove-file.ts";

/** A client may still be reading the partial output when its batch ends. */
const journalKeptMs = 3_600_000;
const journalsAtATime = 100;

/** Notes that the journal of an ended batch is not needed for long any more. */
export async function removeJournalLater(
  redis: Redis,
  redisKeys: RedisKeys,
  batchId: string,
): Promise<void> {
  const at = Date.now() + journalKeptMs;
  await redis.zadd(redisKeys.journalsToRemove, at, batchId);
}

/** Removes what nobody is to keep any more. Several gateways may do so at a time. */
export async function removeExpired(deps: {
  redis: Redis;
  redisKeys: RedisKeys;
  storage: Storage;
  files: FileStore;
  batches: BatchStore;
  removeFile: RemoveFile;
}): Promise<void> {
  const { redis, redisKeys, storage } = deps;
  for (const id of await deps.files.findExpired(Date.now())) {
    await deps.removeFile(id).catch((error: unknown) => {
      // A batch needs it, or another gateway was faster.
      if (!(error instanceof GatewayError)) throw error;
    });
  }
  const journals = await redis.zrangebyscore(
    redisKeys.journalsToRemove,
    "-inf",
    Date.now(),
    "LIMIT",
    0,
    journalsAtATime,
  );
  for (const batchId of journals) {
    await removeJournal(storage, batchId);
    await redis.zrem(redisKeys.journalsToRemove, batchId);
  }
  await deps.batches.forgetOld();
}
