import type { CompletionRequest } from "@openrouter-free-pool/shared/queue/completion-job";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { Logger } from "pino";

/** Jobs or entries of one command. */
const atATime = 1_000;

/**
 * Builds what a gateway does when Redis is full: it gives up what only serves
 * convenience, so that requests go on. These are the finished requests on the
 * queue's page and the kept answers of the response cache. It never throws.
 */
export function createMakeRoom(deps: {
  queue: Queue<CompletionRequest, void>;
  redis: Redis;
  redisKeys: RedisKeys;
  logger: Logger;
}): () => void {
  const { queue, redis, redisKeys, logger } = deps;

  async function removeFinished(
    state: "completed" | "failed",
  ): Promise<number> {
    let removed = 0;
    for (;;) {
      // A full Redis still deletes; one with nothing to delete refuses.
      const ids = await queue.clean(0, atATime, state).catch(() => []);
      removed += ids.length;
      if (ids.length < atATime) return removed;
    }
  }

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
    const completed = await removeFinished("completed");
    const failed = await removeFinished("failed");
    const answers = await removeKeptAnswers();
    logger.warn(
      { finished: completed + failed, answers },
      "Redis is full: removed finished requests and kept answers",
    );
  }

  return () =>
    void makeRoom().catch((error: unknown) => {
      logger.warn({ err: error }, "Making room in Redis failed");
    });
}
