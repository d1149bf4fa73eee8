import type { Acquisition } from "@openrouter-free-pool/shared/key-pool/slots/acquisition";
import type { Metrics } from "@openrouter-free-pool/shared/metrics/metrics";
import { Counter, Gauge } from "prom-client";

/** What became of a job that a worker took. */
export type OutcomeName =
  | "answered"
  | "failed"
  | "stream-ended"
  | "stream-broken"
  | "closed"
  | "put-back"
  | "held-for-client"
  | "deferred-for-model"
  | "deferred-for-proof"
  | "deferred-for-gateway"
  | "retried"
  | "left"
  | "dropped"
  | "disowned"
  | "called-off";

/** Counts what becomes of jobs on their way to OpenRouter. */
export type DispatchMetrics = {
  countDecision(decision: Acquisition["kind"]): void;
  countOutcome(outcome: OutcomeName): void;
};

/** Builds {@link DispatchMetrics}. */
export function createDispatchMetrics({ registry }: Metrics): DispatchMetrics {
  const registers = [registry];
  const decisions = new Counter({
    name: "orpool_limiter_decisions_total",
    help: "Answers of the limiter to jobs that asked for a slot",
    labelNames: ["decision"],
    registers,
  });
  const outcomes = new Counter({
    name: "orpool_job_outcomes_total",
    help: "What became of jobs that a worker took",
    labelNames: ["outcome"],
    registers,
  });
  return {
    countDecision: (decision) => decisions.inc({ decision }),
    countOutcome: (outcome) => outcomes.inc({ outcome }),
  };
}

/** Measures how busy this worker is. */
export function measureLoad(
  { registry }: Metrics,
  load: { concurrency: number; inFlight: () => number },
): void {
  const registers = [registry];
  new Gauge({
    name: "orpool_worker_concurrency",
    help: "Calls that this worker makes at a time, at most",
    registers,
  }).set(load.concurrency);
  new Gauge({
    name: "orpool_worker_calls_in_flight",
    help: "Calls that this worker has in hand",
    registers,
    collect() {
      this.set(load.inFlight());
    },
  });
}
