import { context, propagation, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { OTLPTraceExporter as JsonExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtobufExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import {
  defaultResource,
  resourceFromAttributes,
} from "@opentelemetry/resources";
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import { BullMQOtel } from "bullmq-otel";
import { agentOptions } from "../http/agent-options.ts";
import { readProxySettings } from "../http/create-dispatcher.ts";
import { version } from "../process/version.ts";
import { withFallback } from "../timers/with-timeout.ts";
import type { Tracing, TracingConfig } from "./tracing.ts";

/** A collector that does not answer must not hold up a process that stops. */
const closeTimeoutMs = 2_000;
const tracerName = "openrouter-free-pool";

/** Sets up OpenTelemetry for this process; the collector's address and headers come from its own variables. */
export function openTracing(config: TracingConfig, app: string): Tracing {
  const isJson = config.OTEL_EXPORTER_OTLP_PROTOCOL === "http/json";
  const httpAgentOptions = agentOptions(readProxySettings(config));
  const exporter = isJson
    ? new JsonExporter({ httpAgentOptions })
    : new ProtobufExporter({ httpAgentOptions });
  const ratio = config.OTEL_TRACES_SAMPLER_ARG;
  const provider = new TracerProvider({
    resource: defaultResource().merge(
      resourceFromAttributes({
        "service.name": `${tracerName}-${app}`,
        "service.version": version,
      }),
    ),
    sampler: new ParentBasedSampler({
      root: new TraceIdRatioBasedSampler(ratio),
    }),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  });
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(
    new AsyncLocalStorageContextManager().enable(),
  );
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  return {
    tracer: provider.getTracer(tracerName, version),
    telemetry: new BullMQOtel({ tracerName, version }),
    async close() {
      await withFallback(provider.shutdown(), closeTimeoutMs, undefined);
    },
  };
}
