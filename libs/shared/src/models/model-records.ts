import type { Redis } from "ioredis";
import type { ModelFigures } from "../api/models-status.ts";
import type { RedisKeys } from "../redis/keys.ts";
import { SliceReader } from "../statistics/slice-reader.ts";
import { foldCounts, type ModelCounts, splitByModel } from "./fold-counts.ts";
import { type RecordSpan, recordSpans, slicesOfSpan } from "./record-spans.ts";

/** Recent figures of a model's calls. */
export type ModelRecord = { readonly [Span in RecordSpan]: ModelFigures };

/**
 * Figures of the calls of all models in the last hour and day, by model.
 *
 * @param now ms since the epoch of Redis's clock.
 */
export type ReadModelRecords = (
  now: number,
) => Promise<ReadonlyMap<string, ModelRecord>>;

/** Builds {@link ReadModelRecords}; see {@link SliceReader}. */
export function createReadModelRecords({
  redis,
  redisKeys,
}: {
  redis: Redis;
  redisKeys: RedisKeys;
}): ReadModelRecords {
  const open = (span: RecordSpan) => {
    const slices = slicesOfSpan(span, redisKeys);
    return new SliceReader({ redis, slices, decode: splitByModel });
  };
  const readers = { hour: open("hour"), day: open("day") };

  async function readSpan(span: RecordSpan, now: number) {
    const slices = await readers[span].read(recordSpans[span].lengthMs, now);
    const byModel = new Map<string, ModelCounts[]>();
    for (const counts of slices.values()) {
      for (const [model, own] of counts) {
        byModel.set(model, [...(byModel.get(model) ?? []), own]);
      }
    }
    return byModel;
  }

  return async function readModelRecords(now) {
    const [hour, day] = await Promise.all([
      readSpan("hour", now),
      readSpan("day", now),
    ]);
    return new Map(
      [...new Set([...hour.keys(), ...day.keys()])].map((model) => [
        model,
        {
          hour: foldCounts(hour.get(model) ?? []),
          day: foldCounts(day.get(model) ?? []),
        },
      ]),
    );
  };
}
