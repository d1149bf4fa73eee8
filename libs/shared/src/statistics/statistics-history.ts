import type { Redis } from "ioredis";
import type { RedisKeys } from "../redis/keys.ts";
import { type Resolution, slicesOf } from "./resolutions.ts";
import { SliceReader } from "./slice-reader.ts";

/** The counts of all processes in one slice of time. */
export type Bucket = {
  /** Its start, ms since the epoch by Redis's clock. */
  readonly startsAt: number;
  readonly counts: ReadonlyMap<string, number>;
};

/** Reads past slices of one length; see {@link SliceReader}. */
export class StatisticsHistory {
  readonly #resolution: Resolution;
  readonly #reader: SliceReader<ReadonlyMap<string, number>>;
  /** Shared strings: thousands of slices have the same few names. */
  readonly #names = new Map<string, string>();

  constructor(deps: {
    redis: Redis;
    redisKeys: RedisKeys;
    resolution: Resolution;
  }) {
    this.#resolution = deps.resolution;
    this.#reader = new SliceReader({
      redis: deps.redis,
      slices: slicesOf(deps.resolution, deps.redisKeys),
      decode: (hash) => this.#toCounts(hash),
    });
  }

  /**
   * The slices of the last `spanMs`, oldest first, the current one included.
   *
   * @param now by Redis's clock, in ms since the epoch.
   */
  async read(spanMs: number, now: number): Promise<Bucket[]> {
    const slices = await this.#reader.read(spanMs, now);
    const { sliceMs } = this.#resolution;
    return [...slices].map(([slice, counts]) => ({
      startsAt: slice * sliceMs,
      counts,
    }));
  }

  #toCounts(
    hash: Readonly<Record<string, string>>,
  ): ReadonlyMap<string, number> {
    return new Map(
      Object.entries(hash).map(([given, count]) => {
        const name = this.#names.get(given) ?? given;
        this.#names.set(name, name);
        return [name, Number(count)];
      }),
    );
  }
}
