import type { Redis } from "ioredis";
import type { Logger } from "pino";
import type { RedisKeys } from "../redis/keys.ts";
import type { RedisClock } from "../redis/redis-clock.ts";
import { binOf } from "./duration-bins.ts";
import {
  bucketAt,
  bucketTtlMs,
  type CounterName,
  type DurationName,
  durationField,
} from "./figures.ts";
import { SharedCounts } from "./shared-counts.ts";

/** While Redis is away, figures gather for this many slices of time. */
const mostBuckets = 60;

/** Notes what happens, at the cost of a map's entry. */
export type Statistics = {
  count(name: CounterName, by?: number): void;
  observe(name: DurationName, ms: number): void;
};

/** Counts what happens, in slices of time that all processes share. */
export class StatisticsRecorder implements Statistics {
  readonly #redisKeys: RedisKeys;
  readonly #clock: RedisClock;
  readonly #counts: SharedCounts;

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
      mostKeys: mostBuckets,
      name: "Adding up statistics",
    });
  }

  count(name: CounterName, by = 1): void {
    this.#add(name, by);
  }

  observe(name: DurationName, ms: number): void {
    this.#add(durationField(name, binOf(ms)), 1);
  }

  /** Sends what has gathered. What cannot be sent is kept for the next time. */
  flush(): Promise<void> {
    return this.#counts.flush();
  }

  /** Sends the rest, if Redis is there, and ends. */
  stop(): Promise<void> {
    return this.#counts.stop();
  }

  #add(name: string, by: number): void {
    const key = this.#redisKeys.statistics(bucketAt(this.#clock.now()));
    this.#counts.add(key, bucketTtlMs, name, by);
  }
}
