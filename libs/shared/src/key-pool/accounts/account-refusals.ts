import type { Redis } from "ioredis";
import { z } from "zod";
import type { RedisKeys } from "../../redis/keys.ts";
import { readRedisClock } from "../../redis/redis-clock.ts";

/** A setting may be changed at any time; after this long the account is tried again. */
const rememberedMs = 900_000;
/** Only the newest refusals are kept. */
const mostRefusals = 1_000;

const refusalSchema = z.object({
  account: z.string(),
  model: z.string(),
  /** The setting at OpenRouter that the refusal is about, such as `data policy`. */
  setting: z.string(),
});

/** An account that does not serve a model because of the account's settings. */
export type AccountRefusal = Readonly<z.output<typeof refusalSchema>>;

/** Remembers a refusal for 15 minutes. */
export async function recordAccountRefusal(
  redis: Redis,
  redisKeys: RedisKeys,
  { account, model, setting }: AccountRefusal,
): Promise<void> {
  const key = redisKeys.accountRefusals;
  const now = await readRedisClock(redis);
  await redis
    .multi()
    .zadd(key, now + rememberedMs, JSON.stringify({ account, model, setting }))
    .zremrangebyscore(key, "-inf", now)
    .zremrangebyrank(key, 0, -mostRefusals - 1)
    .pexpire(key, rememberedMs)
    .exec();
}

/** The refusals that are remembered now. */
export async function readAccountRefusals(
  redis: Redis,
  redisKeys: RedisKeys,
): Promise<readonly AccountRefusal[]> {
  const now = await readRedisClock(redis);
  const members = await redis.zrangebyscore(
    redisKeys.accountRefusals,
    now,
    "+inf",
  );
  return members.map((json) => refusalSchema.parse(JSON.parse(json)));
}
