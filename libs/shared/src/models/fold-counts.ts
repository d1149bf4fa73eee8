import type { ModelFigures } from "../api/models-status.ts";
import { percentile } from "../statistics/duration-bins.ts";

/** The counts of one model, by field. */
export type ModelCounts = ReadonlyMap<string, number>;

/** Groups the fields of a slice by model. */
export function splitByModel(
  hash: Readonly<Record<string, string>>,
): ReadonlyMap<string, ModelCounts> {
  const byModel = new Map<string, Map<string, number>>();
  for (const [field, count] of Object.entries(hash)) {
    const space = field.indexOf(" ");
    const model = field.slice(space + 1);
    const counts = byModel.get(model) ?? new Map<string, number>();
    byModel.set(model, counts.set(field.slice(0, space), Number(count)));
  }
  return byModel;
}

/** Adds up the counts of one model in several slices. */
export function foldCounts(slices: readonly ModelCounts[]): ModelFigures {
  const total = new Map<string, number>();
  for (const [field, count] of slices.flatMap((slice) => [...slice])) {
    total.set(field, (total.get(field) ?? 0) + count);
  }
  const count = (field: string) => total.get(field) ?? 0;
  const outcomes = {
    answered: count("answered"),
    empty: count("empty"),
    failed: count("failed"),
    rateLimited: count("rateLimited"),
    gone: count("gone"),
  };
  const calls = Object.values(outcomes).reduce((sum, each) => sum + each, 0);
  const latency = binsOf(total, "ms.");
  return {
    calls,
    ...outcomes,
    successRate: ratio(outcomes.answered, calls),
    emptyRate: ratio(outcomes.empty, calls),
    latencyP50Ms: percentileMs(latency, 0.5),
    latencyP95Ms: percentileMs(latency, 0.95),
    firstTokenP50Ms: percentileMs(binsOf(total, "first."), 0.5),
    tokensPerSecond: ratio(1_000 * count("tokens"), count("tokenMs")),
  };
}

function binsOf(counts: ModelCounts, prefix: string): Map<number, number> {
  return new Map(
    [...counts].flatMap(([field, count]) =>
      field.startsWith(prefix)
        ? [[Number(field.slice(prefix.length)), count] as const]
        : [],
    ),
  );
}

function percentileMs(
  bins: ReadonlyMap<number, number>,
  share: number,
): number | null {
  const ms = percentile(bins, share);
  return ms === undefined ? null : Math.round(ms);
}

/** Rounded to three decimals. */
function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.round((1_000 * part) / whole) / 1_000;
}
