import type { Redis } from "ioredis";
import { z } from "zod";
import type { RedisKeys } from "../../redis/keys.ts";

const resultSchema = z.object({
  /** ms since the epoch. */
  at: z.number(),
  /** OpenRouter's status; absent when there was no answer. */
  status: z.number().optional(),
  /** Why there was no answer, such as `openrouter.ai has no address (ENOTFOUND)`. */
  failure: z.string().max(300).optional(),
});
const rememberedMs = 86_400_000;

/** The result of the latest probe of a key. */
export type ProbeResult = z.output<typeof resultSchema>;

/** Records the result of a probe for a day. */
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

/** The latest results, by key id. */
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
 * Why OpenRouter cannot be reached, according to the probes of these keys.
 *
 * @returns undefined when it answered for one of them, or none was probed.
 */
export function findProbeFailure(
  results: ReadonlyMap<string, ProbeResult>,
  keyIds: readonly string[],
): string | undefined {
  const own = keyIds.flatMap((id) => results.get(id) ?? []);
  if (own.some(({ status }) => status !== undefined)) return undefined;
  return own[0] && (own[0].failure ?? "no answer");
}
