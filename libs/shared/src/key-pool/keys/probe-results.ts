import type { Redis } from "ioredis";
import { z } from "zod";
import type { RedisKeys } from "../../redis/keys.ts";

const resultSchema = z.object({
  /** ms since the epoch. */
  at: z.number(),
  /** What OpenRouter answered; absent when there was no answer. */
  status: z.number().optional(),
  /** Why there was none, such as `openrouter.ai has no address (ENOTFOUND)`. */
  failure: z.string().max(300).optional(),
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

/**
 * Why OpenRouter cannot be reached, as far as asking about these keys tells.
 *
 * @returns undefined when it answered for one of them, or none was asked about.
 */
export function findProbeFailure(
  results: ReadonlyMap<string, ProbeResult>,
  keyIds: readonly string[],
): string | undefined {
  const own = keyIds.flatMap((id) => results.get(id) ?? []);
  if (own.some(({ status }) => status !== undefined)) return undefined;
  return own[0] && (own[0].failure ?? "no answer");
}
