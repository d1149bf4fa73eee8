import type { CompletionsQueue } from "@openrouter-free-pool/shared/queue/completions-queue";
import { removeFinished } from "@openrouter-free-pool/shared/queue/remove-jobs";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { Redis } from "ioredis";
import type { Logger } from "pino";

/** Entries of one command. */
const atATime = 1_000;

/**
 * Builds what a gateway does when Redis is full: it drops data that is only convenient, so that
 * requests can go on. These are the finished requests on the queue, the list of ended ones and the
 * kept answers of the response cache. It never throws.
 */
export function createMakeRoom(deps: {
  queue: CompletionsQueue;
  redis: Redis;
  redisKeys: RedisKeys;
  logger: Logger;
}): () => void {
  const { queue, redis, redisKeys, logger } = deps;

  async function removeKeptAnswers(): Promise<number> {
    const { cacheEntryPrefix, cacheUses, cacheExpiries, cacheSizes } =
      redisKeys;
    let removed = 0;
    for (;;) {
      const ids = await redis.zrange(cacheUses, "0", `${atATime - 1}`);
      if (ids.length === 0) break;
      await redis.unlink(...ids.map((id) => cacheEntryPrefix + id));
      await redis.zrem(cacheUses, ...ids);
      removed += ids.length;
    }
    await redis.unlink(cacheUses, cacheExpiries, cacheSizes);
    return removed;
  }

  async function makeRoom(): Promise<void> {
    const finished = await removeFinished(queue);
    const answers = await removeKeptAnswers();
    await redis.unlink(redisKeys.endedRequests);
    logger.warn(
      { finished, answers },
      "Redis is full: removed finished requests and kept answers",
    );
  }

  return () =>
    void makeRoom().catch((error: unknown) => {
      logger.warn({ err: error }, "Making room in Redis failed");
    });
}
