import { Redis } from "ioredis";

/** Removes everything of one prefix: the Redis may be somebody's own. */
export async function removeKeys(url: string, prefix: string): Promise<void> {
  const redis = new Redis(url);
  try {
    const keys = redis.scanStream({ match: `{${prefix}}:*`, count: 500 });
    for await (const batch of keys) {
      if (batch.length > 0) await redis.unlink(...batch);
    }
  } finally {
    redis.disconnect();
  }
}
