import type { Redis } from "ioredis";
import type { Logger } from "pino";
import type { RedisKeys } from "../redis/keys.ts";
import type { RedisClock } from "../redis/redis-clock.ts";
import { loadScript, runScript } from "../redis/script.ts";
import { type Repetition, repeat } from "../timers/repeat.ts";
import { binOf } from "./duration-bins.ts";
import {
  bucketAt,
  bucketTtlMs,
  type CounterName,
  type DurationName,
  durationField,
} from "./figures.ts";

const addToBucket = loadScript(new URL("./add-to-bucket.lua", import.meta.url));

const flushMs = 2_000;
/** While Redis is away, figures gather for this many slices of time. */
const mostBuckets = 60;

/** Notes what happens, at the cost of a map's entry. */
export type Statistics = {
  count(name: CounterName, by?: number): void;
  observe(name: DurationName, ms: number): void;
};

/**
 * Counts in memory, and every few seconds adds what it has to the slices in
 * Redis that all processes share: no request waits for it or sends a command.
 */
export class StatisticsRecorder implements Statistics {
  readonly #redis: Redis;
  readonly #redisKeys: RedisKeys;
  readonly #clock: RedisClock;
  readonly #buckets = new Map<number, Map<string, number>>();
  readonly #flushing: Repetition;

  constructor(deps: {
    redis: Redis;
    redisKeys: RedisKeys;
    clock: RedisClock;
    logger: Logger;
  }) {
    this.#redis = deps.redis;
    this.#redisKeys = deps.redisKeys;
    this.#clock = deps.clock;
    this.#flushing = repeat(() => this.flush(), {
      intervalMs: flushMs,
      name: "Adding up statistics",
      logger: deps.logger,
    });
  }

  count(name: CounterName, by = 1): void {
    this.#add(bucketAt(this.#clock.now()), name, by);
  }

  observe(name: DurationName, ms: number): void {
    const field = durationField(name, binOf(ms));
    this.#add(bucketAt(this.#clock.now()), field, 1);
  }

  /** Sends what has gathered. What cannot be sent is kept for the next time. */
  async flush(): Promise<void> {
    for (const [bucket, counts] of [...this.#buckets]) {
      this.#buckets.delete(bucket);
      try {
        await runScript(
          this.#redis,
          addToBucket,
          [this.#redisKeys.statistics(bucket)],
          [bucketTtlMs, ...[...counts].flat()],
        );
      } catch (error) {
        for (const [name, by] of counts) this.#add(bucket, name, by);
        throw error;
      }
    }
  }

  /** Sends the rest, if Redis is there, and ends. */
  async stop(): Promise<void> {
    await this.#flushing.stop();
    if (this.#redis.status === "ready") await this.flush();
  }

  #add(bucket: number, name: string, by: number): void {
    let counts = this.#buckets.get(bucket);
    if (!counts) {
      counts = new Map();
      this.#buckets.set(bucket, counts);
      this.#forgetOldest();
    }
    counts.set(name, (counts.get(name) ?? 0) + by);
  }

  #forgetOldest(): void {
    if (this.#buckets.size <= mostBuckets) return;
    this.#buckets.delete(Math.min(...this.#buckets.keys()));
  }
}
