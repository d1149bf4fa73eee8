import { createBoundedLabel } from "@openrouter-free-pool/shared/metrics/bounded-label";
import { waitBuckets } from "@openrouter-free-pool/shared/metrics/duration-buckets";
import type { Metrics } from "@openrouter-free-pool/shared/metrics/metrics";
import { Counter, Histogram } from "prom-client";

/** Clients beyond this number share the label `other`. */
const mostClients = 100;

/** A finished request. */
type MeasuredRequest = {
  /** A path of ours without parameters, such as `/chat/completions`. */
  readonly route: string;
  readonly status: number;
  /** Name of its client; undefined without client keys. */
  readonly client?: string;
  /** Absent for requests that do not go through the queue. */
  readonly priority?: string;
  readonly isStream: boolean;
  /** From the request to the end of its answer, in ms. */
  readonly totalMs: number;
  /** From the request to the first event of its stream, in ms. */
  readonly firstTokenMs?: number;
  /** Code of our own error, if any. */
  readonly error?: string;
};

/** Counts a request when it has finished. */
export type MeasureRequest = (request: MeasuredRequest) => void;

/** Builds {@link MeasureRequest}. */
export function createMeasureRequest(metrics: Metrics): MeasureRequest {
  const registers = [metrics.registry];
  const total = new Counter({
    name: "orpool_requests_total",
    help: "Requests that are over; status 499: the client did not wait",
    labelNames: ["route", "status", "client", "priority"],
    registers,
  });
  const duration = new Histogram({
    name: "orpool_request_duration_seconds",
    help: "From a request to the end of its answer, the wait in the queue included",
    labelNames: ["route", "stream"],
    buckets: waitBuckets,
    registers,
  });
  const firstToken = new Histogram({
    name: "orpool_time_to_first_token_seconds",
    help: "From a request to the first event of its stream, the wait in the queue included",
    labelNames: ["route"],
    buckets: waitBuckets,
    registers,
  });
  const errors = new Counter({
    name: "orpool_errors_total",
    help: "Errors of the gateway's own, by their code",
    labelNames: ["code"],
    registers,
  });
  const boundClient = createBoundedLabel(mostClients);

  return function measureRequest({ route, status, client, ...request }) {
    const stream = String(request.isStream);
    total.inc({
      route,
      status,
      client: boundClient(client ?? "anonymous"),
      priority: request.priority ?? "none",
    });
    duration.observe({ route, stream }, request.totalMs / 1_000);
    if (request.firstTokenMs !== undefined) {
      firstToken.observe({ route }, request.firstTokenMs / 1_000);
    }
    if (request.error !== undefined) errors.inc({ code: request.error });
  };
}
