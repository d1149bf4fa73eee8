import type { ModelsStatus } from "@openrouter-free-pool/shared/api/models-status";
import { countAwaiting } from "@openrouter-free-pool/shared/key-pool/models/awaited-models";
import { readCoolingModels } from "@openrouter-free-pool/shared/key-pool/models/cooling-models";
import { readProvenModels } from "@openrouter-free-pool/shared/key-pool/models/model-proof";
import { otherModels } from "@openrouter-free-pool/shared/models/record-spans";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import type { Redis } from "ioredis";
import type { Catalogue } from "../catalogue/catalogue.ts";
import type { RecordWatch } from "../record/record-watch.ts";
import { describeModel } from "./describe-model.ts";

/** Reads the status of all free models, and of all that were called. */
export type ReadModelsStatus = () => Promise<ModelsStatus>;

/** Builds {@link ReadModelsStatus}. */
export function createReadModelsStatus(deps: {
  redis: Redis;
  redisKeys: RedisKeys;
  clock: RedisClock;
  catalogue: Catalogue;
  records: RecordWatch;
  /** When false, no model has to be proven. */
  checksModels: boolean;
}): ReadModelsStatus {
  const { redis, redisKeys, clock, catalogue, checksModels } = deps;
  return async function readModelsStatus() {
    const records = await deps.records.read();
    const gone = new Map(catalogue.gone.map((each) => [each.model, each]));
    const ids = new Set([
      ...catalogue.free.map(({ id }) => id),
      ...records.keys(),
      ...gone.keys(),
    ]);
    ids.delete(otherModels);
    const ranked = deps.records.rank([...ids].map((id) => ({ id })));
    const models = ranked.map(({ id }) => id);
    const now = clock.now();
    const [cooling, proven, awaiting] = await Promise.all([
      readCoolingModels(redis, redisKeys, now),
      readProvenModels(redis, redisKeys, models),
      countAwaiting(redis, redisKeys, models),
    ]);
    const until = new Map(cooling.map((each) => [each.model, each.until]));
    const described = models.map((id) =>
      describeModel(
        {
          id,
          model: catalogue.find(id),
          record: records.get(id),
          coolingUntil: until.get(id),
          gone: gone.get(id),
          isProven: !checksModels || proven.has(id),
          awaiting: awaiting.get(id) ?? 0,
        },
        now,
      ),
    );
    const isGone = ({ state }: { state: string }) => state === "gone";
    return {
      models: [
        ...described.filter((model) => !isGone(model)),
        ...described.filter(isGone),
      ],
    };
  };
}
