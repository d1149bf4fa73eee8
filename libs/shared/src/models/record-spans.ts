import type { RedisKeys } from "../redis/keys.ts";
import type { Slices } from "../statistics/slices.ts";

/** The times that a model's record covers. */
export const recordSpans = {
  hour: { lengthMs: 3_600_000, sliceMs: 300_000, ttlMs: 4_200_000 },
  day: { lengthMs: 86_400_000, sliceMs: 3_600_000, ttlMs: 93_600_000 },
} as const satisfies Record<
  string,
  {
    readonly lengthMs: number;
    /** Length of the slices of time that are counted together. */
    readonly sliceMs: number;
    /** How long a slice is kept after its last count. */
    readonly ttlMs: number;
  }
>;

/** See {@link recordSpans}. */
export type RecordSpan = keyof typeof recordSpans;

/** All of them. */
export const spanNames = Object.keys(recordSpans) as RecordSpan[];

/** Where the counts of a span are. */
export function slicesOfSpan(span: RecordSpan, redisKeys: RedisKeys): Slices {
  const { sliceMs, ttlMs } = recordSpans[span];
  return {
    ...{ sliceMs, ttlMs },
    keyOf: (slice) => redisKeys.modelRecords(span, slice),
    lateKey: redisKeys.lateModelRecords(span),
  };
}

/** In each slice, models beyond this number share the name `other`. */
export const mostModels = 200;
/** See {@link mostModels}. */
export const otherModels = "other";
