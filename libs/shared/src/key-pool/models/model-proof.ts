import type { Redis } from "ioredis";
import type { RedisKeys } from "../../redis/keys.ts";
import type { PoolStore } from "../store/pool-store.ts";

/** A model that nobody called for this long is called once before it is called by many. */
const provenMs = 3_600_000;

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

/** Has the next call of a model prove that it answers. */
export async function doubtModel(
  { redis, redisKeys }: PoolStore,
  model: string,
): Promise<void> {
  await redis.unlink(redisKeys.modelProof(model));
}
