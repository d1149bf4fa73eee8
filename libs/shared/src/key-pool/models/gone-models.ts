import type { Redis } from "ioredis";
import { z } from "zod";
import type { RedisKeys } from "../../redis/keys.ts";
import { loadScript, runScript } from "../../redis/script.ts";
import type { PoolStore } from "../store/pool-store.ts";

const script = loadScript(new URL("./lose-model.lua", import.meta.url));

const firstMs = 600_000;
const longestMs = 6 * 3_600_000;
/** Longer than any time for which a model counts as gone. */
const rememberedMs = 7 * 86_400_000;
const longestMessage = 300;

const stateSchema = z.object({
  /** When it was found gone first, and when it is called once more; ms since the epoch of Redis's clock. */
  since: z.number(),
  until: z.number(),
  /** OpenRouter's message. */
  message: z.string(),
});

/** A model that OpenRouter does not serve any more. */
export type GoneModel = z.output<typeof stateSchema> & {
  readonly model: string;
  /** Whether this was unknown before. */
  readonly isNews: boolean;
};

/**
 * Records that a model is gone: for 10 minutes at first, then for growing times, until a call or
 * the catalogue finds it again.
 */
export async function loseModel(
  { redis, redisKeys }: PoolStore,
  model: string,
  message: string,
): Promise<GoneModel> {
  const [state, isNews] = (await runScript(
    redis,
    script,
    [
      redisKeys.modelGone(model),
      redisKeys.goneModels,
      redisKeys.modelProof(model),
    ],
    [model, message.slice(0, longestMessage), firstMs, longestMs, rememberedMs],
  )) as [string, number];
  return { model, isNews: isNews === 1, ...parse(state) };
}

/** The models that are gone, and those that were until their latest call. */
export async function readGoneModels(
  redis: Redis,
  redisKeys: RedisKeys,
): Promise<readonly GoneModel[]> {
  const all = await redis.hgetall(redisKeys.goneModels);
  return Object.entries(all).map(([model, state]) => ({
    model,
    isNews: false,
    ...parse(state),
  }));
}

/** Forgets that models were gone: OpenRouter lists them again. */
export async function findModelsAgain(
  redis: Redis,
  redisKeys: RedisKeys,
  models: readonly string[],
): Promise<void> {
  if (models.length === 0) return;
  await redis
    .multi()
    .hdel(redisKeys.goneModels, ...models)
    .unlink(...models.map(redisKeys.modelGone))
    .exec();
}

function parse(state: string): z.output<typeof stateSchema> {
  return stateSchema.parse(JSON.parse(state));
}
