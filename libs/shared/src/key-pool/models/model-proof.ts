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

/** Has the next call of a model prove that it answers. */
export async function doubtModel(
  { redis, redisKeys }: PoolStore,
  model: string,
): Promise<void> {
  await redis.unlink(redisKeys.modelProof(model));
}
