import type { RedisKeys } from "../redis/keys.ts";
import type { Slices } from "./slices.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** Slices of time of one length, in which figures are added up. */
export type Resolution = {
  /** The name in Redis keys. */
  readonly name: "seconds" | "minute" | "hour";
  /** Length of a slice. */
  readonly sliceMs: number;
  /** How long a slice is kept after its last change: the time that is shown, and some more. */
  readonly ttlMs: number;
};

/**
 * Everything is counted in each of them, so that nothing has to be summed up later. All of them
 * together have at most 390 + 1,500 + 2,184 slices, whatever the traffic.
 */
export const resolutions = {
  seconds: { name: "seconds", sliceMs: 10_000, ttlMs: 65 * minuteMs },
  minute: { name: "minute", sliceMs: minuteMs, ttlMs: 25 * hourMs },
  hour: { name: "hour", sliceMs: hourMs, ttlMs: 91 * dayMs },
} as const satisfies Record<string, Resolution>;

/** Where the counts of a resolution are. */
export function slicesOf(
  { name, sliceMs, ttlMs }: Resolution,
  redisKeys: RedisKeys,
): Slices {
  return {
    ...{ sliceMs, ttlMs },
    keyOf: (slice) => redisKeys.statistics(name, slice),
    lateKey: redisKeys.lateStatistics(name),
  };
}
