import type { Redis } from "ioredis";
import { z } from "zod";
import type { RedisKeys } from "../../redis/keys.ts";

const resultSchema = z.object({
  /** ms since the epoch. */
  at: z.number(),
  /** What OpenRouter answered; absent when there was no answer. */
  status: z.number().optional(),
});
const rememberedMs = 86_400_000;

/** What the last question about a key brought. */
export type ProbeResult = z.output<typeof resultSchema>;

/** Remembers for a day what OpenRouter said about a key. */
export async function recordProbeResult(
  redis: Redis,
  redisKeys: RedisKeys,
  keyId: string,
  result: ProbeResult,
): Promise<void> {
  await redis
    .multi()
    .hset(redisKeys.probeResults, keyId, JSON.stringify(result))
    .pexpire(redisKeys.probeResults, rememberedMs)
    .exec();
}

/** The last results, by key id. */
export async function readProbeResults(
  redis: Redis,
  redisKeys: RedisKeys,
): Promise<ReadonlyMap<string, ProbeResult>> {
  const hash = await redis.hgetall(redisKeys.probeResults);
  return new Map(
    Object.entries(hash).map(([id, json]) => [
      id,
      resultSchema.parse(JSON.parse(json)),
    ]),
  );
}
