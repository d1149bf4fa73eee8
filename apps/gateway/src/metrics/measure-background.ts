import { clearGauge } from "@openrouter-free-pool/shared/metrics/clear-gauge";
import { waitBuckets } from "@openrouter-free-pool/shared/metrics/duration-buckets";
import type { Metrics } from "@openrouter-free-pool/shared/metrics/metrics";
import { Counter, Gauge, Histogram } from "prom-client";
import type { RedisHealth } from "../redis/redis-health.ts";

/** A background request that has ended. */
type EndedBackground = {
  readonly outcome: "answered" | "failed" | "cancelled";
  /** From the request to its end, in ms. */
  readonly totalMs: number;
};

/** Counts a background request when it ends. */
export type MeasureBackground = (ended: EndedBackground) => void;

/** Measures background requests. */
export function measureBackground(
  metrics: Metrics,
  deps: { redisHealth: RedisHealth; countOpen: () => Promise<number> },
): MeasureBackground {
  const registers = [metrics.registry];
  const open = new Gauge({
    name: "orpool_background_open",
    help: "Background requests without an answer yet; all gateways tell the same",
    registers,
  });
  const ended = new Counter({
    name: "orpool_background_ended_total",
    help: "Background requests that are over: answered, failed (the answer is an error) or cancelled",
    labelNames: ["outcome"],
    registers,
  });
  const duration = new Histogram({
    name: "orpool_background_duration_seconds",
    help: "From a background request to its end",
    buckets: waitBuckets,
    registers,
  });
  metrics.beforeScrape(async () => {
    const count = await deps.redisHealth
      .readInTime(deps.countOpen)
      .catch(() => undefined);
    clearGauge(open);
    if (count !== undefined) open.set(count);
  });
  return ({ outcome, totalMs }) => {
    ended.inc({ outcome });
    duration.observe(totalMs / 1_000);
  };
}
