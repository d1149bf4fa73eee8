import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import {
  type Bucket,
  StatisticsHistory,
} from "@openrouter-free-pool/shared/statistics/statistics-history";
import type { Redis } from "ioredis";
import { type RangeName, ranges } from "./ranges.ts";

/**
 * Reads what all processes counted in a range, slice by slice, oldest first, the current one included.
 *
 * @param now by Redis's clock, in ms since the epoch.
 */
export type ReadHistory = (name: RangeName, now: number) => Promise<Bucket[]>;

/** Builds {@link ReadHistory}; completed slices are read once per process. */
export function createReadHistory(deps: {
  redis: Redis;
  redisKeys: RedisKeys;
}): ReadHistory {
  const open = (name: RangeName) =>
    new StatisticsHistory({ ...deps, resolution: ranges[name].resolution });
  const histories = {
    hour: open("hour"),
    day: open("day"),
    "90d": open("90d"),
  };
  return (name, now) => histories[name].read(ranges[name].spanMs, now);
}
