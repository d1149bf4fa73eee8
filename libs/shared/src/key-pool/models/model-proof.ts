import type { Redis } from "ioredis";
import type { RedisKeys } from "../../redis/keys.ts";
import type { PoolStore } from "../store/pool-store.ts";

/** A model that nobody called for this long is called once before it is called by many. */
const provenMs = 3_600_000;
/** A model that failed again and again is called by one at a time for this long, unless it answers. */
const doubtedMs = 600_000;

/** Notes that a model is there, whatever was thought of it before. */
export async function proveModel(
  { redis, redisKeys }: PoolStore,
  model: string,
): Promise<void> {
  await redis
    .multi()
    .set(redisKeys.modelProof(model), "proven", "PX", provenMs)
    .unlink(redisKeys.modelGone(model))
    .hdel(redisKeys.goneModels, model)
    .exec();
}

/** Those of the models that have answered lately. */
export async function readProvenModels(
  redis: Redis,
  redisKeys: RedisKeys,
  models: readonly string[],
): Promise<ReadonlySet<string>> {
  if (models.length === 0) return new Set();
  const proofs = await redis.mget(models.map(redisKeys.modelProof));
  return new Set(models.filter((_, index) => proofs[index] === "proven"));
}

/** Has a model that failed again and again be called by one at a time until it answers. */
export async function doubtModel(
  { redis, redisKeys }: PoolStore,
  model: string,
): Promise<void> {
  await redis.set(redisKeys.modelProof(model), "doubted 0", "PX", doubtedMs);
}

/** Forgets that a call went out that was to prove a model: it said nothing, and another one may go out at once. */
export async function forgetProof(
  { redis, redisKeys }: PoolStore,
  model: string,
): Promise<void> {
  await redis.unlink(redisKeys.modelProof(model));
}

/** Whether a model cooled down lately, so that a failure of the call that proves it is no news. */
export async function hasCooledDown(
  { redis, redisKeys }: PoolStore,
  model: string,
): Promise<boolean> {
  return (await redis.exists(redisKeys.modelCooldownStep(model))) === 1;
}
