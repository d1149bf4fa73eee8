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
import { type Resolution, resolutions, slicesOf } from "./resolutions.ts";
import {
  type CountedHash,
  hashOfSlice,
  SharedCounts,
} from "./shared-counts.ts";
import { sliceAt } from "./slices.ts";

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
  /** The latest slice of each resolution, and its hash. */
  readonly #latest = new Map<
    Resolution,
    { slice: number; hash: CountedHash }
  >();

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
      this.#counts.add(this.#hashAt(resolution, now), field, by);
    }
  }

  #hashAt(resolution: Resolution, now: number): CountedHash {
    const slice = sliceAt(resolution, now);
    const latest = this.#latest.get(resolution);
    if (latest?.slice === slice) return latest.hash;
    const hash = hashOfSlice(slicesOf(resolution, this.#redisKeys), slice);
    this.#latest.set(resolution, { slice, hash });
    return hash;
  }
}
