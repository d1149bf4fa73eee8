import type { Gauge } from "prom-client";

/** Removes a gauge's figures: unknown is not zero. */
export function clearGauge(gauge: Gauge<string>): void {
  gauge.reset();
  // A gauge without labels is back at zero now; this removes the zero.
  gauge.remove({});
}
