import type { Redis } from "ioredis";
import type { RedisKeys } from "../redis/keys.ts";
import { type Resolution, sliceAt } from "./resolutions.ts";

/** A slice may still change for this long after its end: processes send their counts late. */
const settleMs = 15_000;

/** The counts of all processes in one slice of time. */
export type Bucket = {
  /** Its start, ms since the epoch by Redis's clock. */
  readonly startsAt: number;
  readonly counts: ReadonlyMap<string, number>;
};

/** Reads past slices of one length; slices that cannot change any more are read once. */
export class StatisticsHistory {
  readonly #redis: Redis;
  readonly #redisKeys: RedisKeys;
  readonly #resolution: Resolution;
  readonly #settled = new Map<number, ReadonlyMap<string, number>>();
  /** Shared strings: thousands of slices have the same few names. */
  readonly #names = new Map<string, string>();

  constructor(deps: {
    redis: Redis;
    redisKeys: RedisKeys;
    resolution: Resolution;
  }) {
    this.#redis = deps.redis;
    this.#redisKeys = deps.redisKeys;
    this.#resolution = deps.resolution;
  }

  /**
   * The slices of the last `spanMs`, oldest first, the current one included.
   *
   * @param now by Redis's clock, in ms since the epoch.
   */
  async read(spanMs: number, now: number): Promise<Bucket[]> {
    const { sliceMs } = this.#resolution;
    const last = sliceAt(this.#resolution, now);
    const first = sliceAt(this.#resolution, now - spanMs) + 1;
    this.#forgetBefore(first);
    const wanted = Array.from(
      { length: last - first + 1 },
      (_, index) => first + index,
    );
    const missing = wanted.filter((bucket) => !this.#settled.has(bucket));
    const fresh = await this.#fetch(missing);
    for (const [bucket, counts] of fresh) {
      const endsAt = (bucket + 1) * sliceMs;
      if (now - endsAt > settleMs) this.#settled.set(bucket, counts);
    }
    return wanted.map((bucket) => ({
      startsAt: bucket * sliceMs,
      counts: this.#settled.get(bucket) ?? fresh.get(bucket) ?? new Map(),
    }));
  }

  async #fetch(
    buckets: readonly number[],
  ): Promise<Map<number, ReadonlyMap<string, number>>> {
    const hashes = await Promise.all(
      buckets.map((bucket) =>
        this.#redis.hgetall(
          this.#redisKeys.statistics(this.#resolution.name, bucket),
        ),
      ),
    );
    return new Map(
      buckets.map((bucket, index) => [
        bucket,
        this.#toCounts(hashes[index] ?? {}),
      ]),
    );
  }

  #toCounts(hash: Record<string, string>): ReadonlyMap<string, number> {
    return new Map(
      Object.entries(hash).map(([given, count]) => {
        const name = this.#names.get(given) ?? given;
        this.#names.set(name, name);
        return [name, Number(count)];
      }),
    );
  }

  #forgetBefore(first: number): void {
    for (const bucket of this.#settled.keys()) {
      if (bucket < first) this.#settled.delete(bucket);
    }
  }
}
