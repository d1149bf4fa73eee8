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
import { resolutions, slicesOf } from "./resolutions.ts";
import { createHashAt, type HashAt, SharedCounts } from "./shared-counts.ts";

/** While Redis is away, counts of this many slices are kept: more than an hour. */
const mostSlices = 480;

/** Counts events and durations, at the cost of an entry in a map. */
export type Statistics = {
  count(name: CounterName, by?: number): void;
  observe(name: DurationName, ms: number): void;
};

/** Counts events and durations, in slices of time that all processes share. */
export class StatisticsRecorder implements Statistics {
  readonly #clock: RedisClock;
  readonly #counts: SharedCounts;
  readonly #seconds: HashAt;
  /** The slices that are kept for days. */
  readonly #longKept: readonly HashAt[];

  constructor(deps: {
    redis: Redis;
    redisKeys: RedisKeys;
    clock: RedisClock;
    logger: Logger;
  }) {
    const { seconds, minute, hour } = resolutions;
    this.#seconds = createHashAt(slicesOf(seconds, deps.redisKeys));
    this.#longKept = [minute, hour].map((resolution) =>
      createHashAt(slicesOf(resolution, deps.redisKeys)),
    );
    this.#clock = deps.clock;
    this.#counts = new SharedCounts({
      ...deps,
      mostKeys: mostSlices,
      name: "Adding up statistics",
    });
  }

  count(name: CounterName, by = 1): void {
    this.#add([this.#seconds, ...this.#longKept], name, by);
  }

  observe(name: DurationName, ms: number): void {
    const field = durationField(name, binOf(ms));
    this.#add([this.#seconds], field, 1);
    // No chart of days shows the total time of a request.
    if (name !== "total") this.#add(this.#longKept, field, 1);
  }

  /** Sends the counts. What cannot be sent is kept for the next time. */
  flush(): Promise<void> {
    return this.#counts.flush();
  }

  /** Sends the rest, if Redis is there, and stops. */
  stop(): Promise<void> {
    return this.#counts.stop();
  }

  #add(into: readonly HashAt[], field: string, by: number): void {
    const now = this.#clock.now();
    for (const hashAt of into) this.#counts.add(hashAt(now), field, by);
  }
}
