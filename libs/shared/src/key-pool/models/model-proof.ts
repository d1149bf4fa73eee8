import type { Redis } from "ioredis";
import type { RedisKeys } from "../../redis/keys.ts";
import { loadScript, runScript } from "../../redis/script.ts";
import type { PoolStore } from "../store/pool-store.ts";

const script = loadScript(new URL("./forget-proof.lua", import.meta.url));

const proven = "proven";
/** A model without calls for this long is called once before it is called by many. */
const provenMs = 3_600_000;
/** A model that failed repeatedly is called one call at a time for this long, unless it answers. */
const doubtedMs = 600_000;

/** Records that a model answers, whatever its state was. */
export async function proveModel(
  { redis, redisKeys }: PoolStore,
  model: string,
): Promise<void> {
  await redis
    .multi()
    .set(redisKeys.modelProof(model), proven, "PX", provenMs)
    .unlink(redisKeys.modelGone(model))
    .hdel(redisKeys.goneModels, model)
    .exec();
}

/** Whether a call is under way, or must come first, that is to prove a model. @param proof its state in Redis, see choose-model.lua. */
export function isBeingProven(proof: string | null): boolean {
  return proof !== null && proof !== proven;
}

/** The models that have answered recently. */
export async function readProvenModels(
  redis: Redis,
  redisKeys: RedisKeys,
  models: readonly string[],
): Promise<ReadonlySet<string>> {
  if (models.length === 0) return new Set();
  const proofs = await redis.mget(models.map(redisKeys.modelProof));
  return new Set(models.filter((_, index) => proofs[index] === proven));
}

/** Makes a model that failed repeatedly unproven: one call at a time until it answers. */
export async function doubtModel(
  { redis, redisKeys }: PoolStore,
  model: string,
): Promise<void> {
  await redis.set(redisKeys.modelProof(model), "doubted 0", "PX", doubtedMs);
}

/**
 * Forgets the call that was to prove a model: it proved nothing, and another one may go out at once. What other calls
 * have proven meanwhile stays.
 *
 * @param proof what was stored of the call.
 */
export async function forgetProof(
  { redis, redisKeys }: PoolStore,
  model: string,
  proof: string,
): Promise<void> {
  await runScript(redis, script, [redisKeys.modelProof(model)], [proof]);
}

/** Whether a model cooled down recently, so that a failure of the call that was to prove it is expected. */
export async function hasCooledDown(
  { redis, redisKeys }: PoolStore,
  model: string,
): Promise<boolean> {
  return (await redis.exists(redisKeys.modelCooldownStep(model))) === 1;
}
