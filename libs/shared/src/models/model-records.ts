import type { Redis } from "ioredis";
import type { ModelFigures } from "../api/models-status.ts";
import type { RedisKeys } from "../redis/keys.ts";
import { foldCounts, type ModelCounts, splitByModel } from "./fold-counts.ts";
import { type RecordSpan, recordSpans } from "./record-spans.ts";

/** A slice may still change for this long after its end: workers send their counts late. */
const settleMs = 15_000;

/** Recent figures of a model's calls. */
export type ModelRecord = { readonly [Span in RecordSpan]: ModelFigures };

/** Slices that cannot change any more, by key: pass them in again, and they are not read again. */
export type SettledSlices = Map<string, ReadonlyMap<string, ModelCounts>>;

/**
 * Figures of the calls of all models in the last hour and day, by model.
 *
 * @param now ms since the epoch of Redis's clock.
 */
export async function readModelRecords(
  redis: Redis,
  redisKeys: RedisKeys,
  now: number,
  settled: SettledSlices = new Map(),
): Promise<ReadonlyMap<string, ModelRecord>> {
  const read = { redis, redisKeys, now, settled };
  const [hour, day] = await Promise.all([
    readSpan("hour", read),
    readSpan("day", read),
  ]);
  const kept = new Set([...hour.keys, ...day.keys]);
  for (const key of settled.keys()) if (!kept.has(key)) settled.delete(key);
  return new Map(
    [...new Set([...hour.byModel.keys(), ...day.byModel.keys()])].map(
      (model) => [
        model,
        {
          hour: foldCounts(hour.byModel.get(model) ?? []),
          day: foldCounts(day.byModel.get(model) ?? []),
        },
      ],
    ),
  );
}

async function readSpan(
  span: RecordSpan,
  deps: {
    redis: Redis;
    redisKeys: RedisKeys;
    now: number;
    settled: SettledSlices;
  },
): Promise<{ keys: string[]; byModel: Map<string, ModelCounts[]> }> {
  const { redis, redisKeys, now, settled } = deps;
  const { lengthMs, sliceMs } = recordSpans[span];
  const last = Math.floor(now / sliceMs);
  const slices = Array.from(
    { length: lengthMs / sliceMs },
    (_, index) => last - index,
  );
  const byModel = new Map<string, ModelCounts[]>();
  const keys = await Promise.all(
    slices.map(async (slice) => {
      const key = redisKeys.modelRecords(span, slice);
      const counts = settled.get(key) ?? splitByModel(await redis.hgetall(key));
      if (now > (slice + 1) * sliceMs + settleMs) settled.set(key, counts);
      for (const [model, own] of counts) {
        byModel.set(model, [...(byModel.get(model) ?? []), own]);
      }
      return key;
    }),
  );
  return { keys, byModel };
}
