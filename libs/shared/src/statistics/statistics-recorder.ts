import type { Redis } from "ioredis";
import type { Logger } from "pino";
import type { RedisKeys } from "../redis/keys.ts";
import type { RedisClock } from "../redis/redis-clock.ts";
import { binOf } from "./duration-bins.ts";
import {
  type CounterName,
  type DurationName,
  durationField,
} from "./figures.ts";
import { type Resolution, resolutions, sliceAt } from "./resolutions.ts";
import { SharedCounts } from "./shared-counts.ts";

/** While Redis is away, counts of this many slices are kept: more than an hour. */
const mostSlices = 480;
/** The slices that are kept for days. */
const longKept = [resolutions.minute, resolutions.hour];

/** Counts events and durations, at the cost of an entry in a map. */
export type Statistics = {
  count(name: CounterName, by?: number): void;
  observe(name: DurationName, ms: number): void;
};

/** Counts events and durations, in slices of time that all processes share. */
export class StatisticsRecorder implements Statistics {
  readonly #redisKeys: RedisKeys;
  readonly #clock: RedisClock;
  readonly #counts: SharedCounts;
  /** The latest slice of each resolution, and its key. */
  readonly #latest = new Map<Resolution, { slice: number; key: string }>();

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
      mostKeys: mostSlices,
      name: "Adding up statistics",
    });
  }

  count(name: CounterName, by = 1): void {
    this.#add([resolutions.seconds, ...longKept], name, by);
  }

  observe(name: DurationName, ms: number): void {
    const field = durationField(name, binOf(ms));
    this.#add([resolutions.seconds], field, 1);
    // No chart of days shows the total time of a request.
    if (name !== "total") this.#add(longKept, field, 1);
  }

  /** Sends the counts. What cannot be sent is kept for the next time. */
  flush(): Promise<void> {
    return this.#counts.flush();
  }

  /** Sends the rest, if Redis is there, and stops. */
  stop(): Promise<void> {
    return this.#counts.stop();
  }

  #add(into: readonly Resolution[], field: string, by: number): void {
    const now = this.#clock.now();
    for (const resolution of into) {
      const key = this.#keyAt(resolution, now);
      this.#counts.add(key, resolution.ttlMs, field, by);
    }
  }

  #keyAt(resolution: Resolution, now: number): string {
    const slice = sliceAt(resolution, now);
    const latest = this.#latest.get(resolution);
    if (latest?.slice === slice) return latest.key;
    const key = this.#redisKeys.statistics(resolution.name, slice);
    this.#latest.set(resolution, { slice, key });
    return key;
  }
}
