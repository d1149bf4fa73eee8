import { readCoolingModels } from "@openrouter-free-pool/shared/key-pool/models/cooling-models";
import {
  createReadModelRecords,
  type ModelRecord,
  type ReadModelRecords,
} from "@openrouter-free-pool/shared/models/model-records";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import { type RankedBy, rankModels } from "./rank-models.ts";

/** Older records are read again when they are needed. */
const freshMs = 5_000;

/** Caches the records of models; nothing is read while they are not used. */
export class RecordWatch {
  readonly #deps: {
    readonly redis: Redis;
    readonly redisKeys: RedisKeys;
    readonly clock: RedisClock;
    readonly logger: Logger;
  };
  readonly #readRecords: ReadModelRecords;
  #records: ReadonlyMap<string, ModelRecord> = new Map();
  #coolingUntil: ReadonlyMap<string, number> = new Map();
  #triedAt = -Infinity;
  #reading: Promise<void> | undefined;

  constructor(deps: {
    redis: Redis;
    redisKeys: RedisKeys;
    clock: RedisClock;
    logger: Logger;
  }) {
    this.#deps = deps;
    this.#readRecords = createReadModelRecords(deps);
  }

  /**
   * Sorts models by what is known, best record first. It waits for nothing: outdated records are
   * renewed meanwhile.
   */
  rank<Model extends { readonly id: string }>(
    models: readonly Model[],
  ): readonly Model[] {
    this.#refresh().catch((error: unknown) => {
      const { logger } = this.#deps;
      logger.debug({ err: error }, "Reading the record of models failed");
    });
    const now = this.#deps.clock.now();
    return rankModels(models, {
      records: this.#records,
      isCooling: (id) => (this.#coolingUntil.get(id) ?? 0) > now,
    } satisfies RankedBy);
  }

  /** The records by model, at most a few seconds old. */
  async read(): Promise<ReadonlyMap<string, ModelRecord>> {
    await this.#refresh();
    return this.#records;
  }

  /** One read at a time; a failed one is not repeated at once, either. */
  #refresh(): Promise<void> {
    if (this.#reading) return this.#reading;
    if (performance.now() - this.#triedAt < freshMs) return Promise.resolve();
    this.#triedAt = performance.now();
    this.#reading = this.#readAnew().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #readAnew(): Promise<void> {
    const { redis, redisKeys, clock } = this.#deps;
    if (redis.status !== "ready") return;
    const now = clock.now();
    const [records, cooling] = await Promise.all([
      this.#readRecords(now),
      readCoolingModels(redis, redisKeys, now),
    ]);
    this.#records = records;
    this.#coolingUntil = new Map(
      cooling.map(({ model, until }) => [model, until]),
    );
  }
}
