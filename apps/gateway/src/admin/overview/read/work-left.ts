import type { RateLimits } from "@openrouter-free-pool/shared/config/rate-limits";
import { forecastSlot } from "@openrouter-free-pool/shared/key-pool/pool/capacity";
import { planDays } from "../../../batches/forecast/plan-days.ts";
import type { BatchBacklog } from "../../../batches/records/batch-store.ts";
import { longestForecastDays } from "../../../forecast/forecast.ts";
import type { PoolView } from "../../../pool/pool-watch.ts";

/** What is not called yet. */
export type WorkLeft = {
  /** Requests on the queue that belong to no batch, approximately. */
  readonly requests: number;
  /** Lines of open batches; most of them are not on the queue yet. */
  readonly lines: number;
  /** Open batches with such lines. */
  readonly batches: number;
  /** When the last of all these will be called, in ms from the view; undefined: never, as things are. */
  readonly drainMs: number | undefined;
};

/** Adds up the queue and the open batches; lines that are on the queue count once. */
export function measureWorkLeft(
  view: PoolView,
  backlogs: readonly BatchBacklog[],
  limits: RateLimits,
): WorkLeft {
  const open = backlogs.filter(({ calls = 0 }) => calls > 0);
  const lines = open.reduce((sum, { calls = 0 }) => sum + calls, 0);
  const delayed = view.waiting - sumOf(view.inLine);
  const linesOnQueue = Math.min(lines, view.inLine.low + delayed);
  const requests = view.waiting - linesOnQueue;
  return {
    requests,
    lines,
    batches: open.length,
    drainMs: forecastDrain(view, limits, requests + lines),
  };
}

function sumOf(inLine: PoolView["inLine"]): number {
  return Object.values(inLine).reduce((sum, count) => sum + count, 0);
}

/** Exact for the next days; after that at the pace of whole days. */
function forecastDrain(
  { pool }: PoolView,
  limits: RateLimits,
  calls: number,
): number | undefined {
  if (calls === 0) return 0;
  const horizonMs = longestForecastDays * limits.dayMs;
  const soon = forecastSlot(pool, limits, calls, horizonMs);
  if (soon !== undefined) return soon;
  const at = planDays(pool, limits)(calls);
  return at === undefined ? undefined : Math.max(0, at - pool.now);
}
