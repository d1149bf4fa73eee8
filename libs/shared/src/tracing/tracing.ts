import type { Context, Tracer } from "@opentelemetry/api";
import type { Telemetry } from "bullmq";
import type { ProxyVariables } from "../http/create-dispatcher.ts";

/** Makes one trace of a request, from HTTP through the queue to OpenRouter. */
export type Tracing = {
  readonly tracer: Tracer;
  /** Makes BullMQ carry the trace with a job. */
  readonly telemetry: Telemetry<Context>;
  /** Sends the remaining spans. */
  close(): Promise<void>;
};

/** Settings that the exporter does not read by itself. */
export type TracingConfig = ProxyVariables & {
  readonly OTEL_EXPORTER_OTLP_ENDPOINT?: string | undefined;
  readonly OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf" | "http/json";
  readonly OTEL_TRACES_SAMPLER_ARG: number;
};
