import { readProxySettings } from "@openrouter-free-pool/shared/http/create-dispatcher";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import type { GatewayConfig } from "./config.ts";
import { Catalogue } from "./models/catalogue/catalogue.ts";
import { createServedModels } from "./models/listing/served-models.ts";
import { RecordWatch } from "./models/record/record-watch.ts";
import { autoAlias } from "./models/resolve/aliases.ts";
import { createResolveModels } from "./models/resolve/resolve-models.ts";
import { createReadModelsStatus } from "./models/status/read-models-status.ts";

/** Wires what is known about models, and what follows for requests. */
export function buildModels(deps: {
  config: GatewayConfig;
  redis: Redis;
  redisKeys: RedisKeys;
  clock: RedisClock;
  logger: Logger;
}) {
  const { config } = deps;
  const catalogue = new Catalogue({
    ...deps,
    baseUrl: config.OPENROUTER_BASE_URL,
    proxy: readProxySettings(config),
    refreshMs: config.MODELS_REFRESH_MS,
    checksModels: config.MODEL_CHECK,
  });
  const records = new RecordWatch(deps);
  const aliases = config.MODEL_ALIASES;
  const freeOnly = config.FREE_ONLY;
  const checksModels = config.MODEL_CHECK;
  return {
    catalogue,
    resolve: createResolveModels({
      catalogue,
      aliases,
      freeOnly,
      checksModels,
      rank: (models) => records.rank(models),
    }),
    served: createServedModels({ catalogue, aliases, freeOnly }),
    /** Whether a name is that of a model in the list, or of an alias. */
    isListed: (name: string) =>
      catalogue.find(name) !== undefined ||
      aliases.has(name) ||
      name === autoAlias,
    readStatus: createReadModelsStatus({
      ...deps,
      catalogue,
      records,
      checksModels,
    }),
    start: () => catalogue.start(),
    close: () => catalogue.close(),
  };
}

/** See {@link buildModels}. */
export type Models = ReturnType<typeof buildModels>;
