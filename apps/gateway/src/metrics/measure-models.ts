import { clearGauge } from "@openrouter-free-pool/shared/metrics/clear-gauge";
import type { Metrics } from "@openrouter-free-pool/shared/metrics/metrics";
import { Gauge } from "prom-client";
import type { ReadModelsStatus } from "../models/status/read-models-status.ts";
import type { RedisHealth } from "../redis/redis-health.ts";

/** Measures at each scrape how models answered in the last hour; all gateways report the same. */
export function measureModels(
  metrics: Metrics,
  deps: { redisHealth: RedisHealth; readModelsStatus: ReadModelsStatus },
): void {
  const { registry } = metrics;
  const gone = new Gauge({
    name: "orpool_gone_models",
    help: "Models that are not called because OpenRouter does not serve them any more",
    registers: [registry],
  });
  const success = new Gauge({
    name: "orpool_model_success_ratio",
    help: "Calls of a model that brought an answer with content, of all in the last hour",
    labelNames: ["model"],
    registers: [registry],
  });
  const latency = new Gauge({
    name: "orpool_model_latency_seconds",
    help: "Duration of a model's answered calls in the last hour",
    labelNames: ["model", "quantile"],
    registers: [registry],
  });

  metrics.beforeScrape(async () => {
    const status = await deps.redisHealth
      .readInTime(deps.readModelsStatus)
      .catch(() => undefined);
    clearGauge(gone);
    clearGauge(success);
    clearGauge(latency);
    if (!status) return;
    gone.set(status.models.filter(({ state }) => state === "gone").length);
    for (const { id: model, hour } of status.models) {
      if (hour.successRate === null) continue;
      success.set({ model }, hour.successRate);
      if (hour.latencyP50Ms === null || hour.latencyP95Ms === null) continue;
      latency.set({ model, quantile: "0.5" }, hour.latencyP50Ms / 1_000);
      latency.set({ model, quantile: "0.95" }, hour.latencyP95Ms / 1_000);
    }
  });
}
