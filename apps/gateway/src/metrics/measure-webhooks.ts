import { clearGauge } from "@openrouter-free-pool/shared/metrics/clear-gauge";
import type { Metrics } from "@openrouter-free-pool/shared/metrics/metrics";
import { Counter, Gauge } from "prom-client";
import type { RedisHealth } from "../redis/redis-health.ts";
import { tryResults } from "../webhooks/sending/event-sender.ts";

/** Measures deliveries to webhooks. @returns a function that counts a try. */
export function measureWebhooks(
  metrics: Metrics,
  deps: { redisHealth: RedisHealth; countWaiting: () => Promise<number> },
): (result: string) => void {
  const registers = [metrics.registry];
  const tries = new Counter({
    name: "orpool_webhook_tries_total",
    help: "Tries to send an event: delivered, retried, given-up (after 3 days) or unwanted (no address any more)",
    labelNames: ["result"],
    registers,
  });
  // Initialized, so that the first delivery that is given up is an increase, too.
  for (const result of tryResults) tries.inc({ result }, 0);
  const waiting = new Gauge({
    name: "orpool_webhook_events_waiting",
    help: "Events that no receiver has taken yet; all gateways tell the same",
    registers,
  });
  metrics.beforeScrape(async () => {
    const count = await deps.redisHealth
      .readInTime(deps.countWaiting)
      .catch(() => undefined);
    clearGauge(waiting);
    if (count !== undefined) waiting.set(count);
  });
  return (result) => tries.inc({ result });
}
