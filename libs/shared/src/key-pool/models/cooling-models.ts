import type { Redis } from "ioredis";
import type { RedisKeys } from "../../redis/keys.ts";
import { readRedisClock } from "../../redis/redis-clock.ts";
import { loadScript, runScript } from "../../redis/script.ts";
import { longestModelCooldownMs } from "../store/longest-times.ts";
import type { PoolStore } from "../store/pool-store.ts";

const coolModelScript = loadScript(
  new URL("./cool-model.lua", import.meta.url),
);
const firstCooldownMs = 2_000;
const longestCooldownMs = 60_000;

/** A model that is not called for a while because it (not a key) was refused. */
export type CoolingModel = {
  readonly model: string;
  /** ms since the epoch of Redis's clock. */
  readonly until: number;
};

/** The models that cool down, in the order in which they become ready. */
export async function readCoolingModels(
  redis: Redis,
  redisKeys: RedisKeys,
  now: number,
): Promise<CoolingModel[]> {
  const flat = await redis.zrangebyscore(
    redisKeys.coolingModels,
    now,
    "+inf",
    "WITHSCORES",
  );
  const models: CoolingModel[] = [];
  for (let at = 0; at + 1 < flat.length; at += 2) {
    models.push({ model: flat[at] ?? "", until: Number(flat[at + 1]) });
  }
  return models;
}

/** Counts the models that cool down. */
export async function countCoolingModels(
  redis: Redis,
  redisKeys: RedisKeys,
): Promise<number> {
  const now = await readRedisClock(redis);
  return redis.zcount(redisKeys.coolingModels, now, "+inf");
}

/**
 * Lets a model cool down in growing steps, and at least for as long as the answer asked for.
 *
 * @returns how long it cools down, in ms.
 */
export async function coolModel(
  { redis, redisKeys }: PoolStore,
  model: string,
  statedMs: number | undefined,
): Promise<number> {
  const durationMs = await runScript(
    redis,
    coolModelScript,
    [
      redisKeys.modelCooldown(model),
      redisKeys.modelCooldownStep(model),
      redisKeys.coolingModels,
    ],
    [
      Math.ceil(statedMs ?? 0),
      firstCooldownMs,
      longestCooldownMs,
      model,
      longestModelCooldownMs,
    ],
  );
  return Number(durationMs);
}
