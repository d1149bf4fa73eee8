import type { Redis } from "ioredis";
import type { Logger } from "pino";
import { usageDays } from "../api/usage-object.ts";
import type { RedisKeys } from "../redis/keys.ts";
import type { RedisClock } from "../redis/redis-clock.ts";
import { BoundedNames } from "../statistics/bounded-names.ts";
import { SharedCounts } from "../statistics/shared-counts.ts";
import {
  dayOf,
  mostUsedModels,
  otherModels,
  shardOf,
  type UsageCounts,
  type UsageField,
  usageField,
  usageShards,
} from "./usage-counts.ts";

const ttlMs = (usageDays + 1) * 86_400_000;
/** While Redis is away, the counts of today and, around midnight, of yesterday are kept. */
const mostHashes = 2 * usageShards;

/**
 * Counts a client's use, at the cost of some entries in a map.
 *
 * @param client its id; undefined without client keys.
 */
export type RecordUsage = (
  client: string | undefined,
  model: string,
  counts: UsageCounts,
) => void;

/** Counts use by client, model and UTC day, in hashes that all processes share. */
export class UsageRecorder {
  readonly #redisKeys: RedisKeys;
  readonly #clock: RedisClock;
  readonly #counts: SharedCounts;
  readonly #names = new BoundedNames({
    mostKeys: mostHashes,
    mostNames: mostUsedModels,
    otherNames: otherModels,
  });

  constructor(deps: {
    redis: Redis;
    redisKeys: RedisKeys;
    clock: RedisClock;
    logger: Logger;
  }) {
    this.#redisKeys = deps.redisKeys;
    this.#clock = deps.clock;
    this.#counts = new SharedCounts({
      ...deps,
      mostKeys: mostHashes,
      name: "Adding up usage",
    });
  }

  /** See {@link RecordUsage}. */
  readonly record: RecordUsage = (client = "", model, counts) => {
    const day = dayOf(this.#clock.now());
    const key = this.#redisKeys.usage(day, shardOf(client));
    const name = this.#names.bound(key, model);
    for (const [field, by] of Object.entries(counts)) {
      if (by === 0) continue;
      const text = usageField(field as UsageField, client, name);
      this.#counts.add({ key, ttlMs }, text, Math.round(by));
    }
  };

  /** Sends the counts. What cannot be sent is kept for the next time. */
  flush(): Promise<void> {
    return this.#counts.flush();
  }

  /** Sends the rest, if Redis is there, and stops. */
  stop(): Promise<void> {
    return this.#counts.stop();
  }
}
