import type { Metrics } from "@openrouter-free-pool/shared/metrics/metrics";
import { Gauge } from "prom-client";
import type { BodyBudget } from "../bodies/body-budget.ts";

/** Measures the memory that request bodies take in this gateway. */
export function measureBodies(metrics: Metrics, budget: BodyBudget): void {
  new Gauge({
    name: "orpool_body_bytes_in_flight",
    help: "Bytes of request bodies that arrive, or that Redis does not have yet",
    registers: [metrics.registry],
    collect() {
      this.set(budget.usedBytes);
    },
  });
}
