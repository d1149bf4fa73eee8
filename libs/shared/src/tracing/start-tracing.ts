import type { Tracing, TracingConfig } from "./tracing.ts";

/**
 * Begins to trace, where a receiver is named. Otherwise nothing of OpenTelemetry's
 * SDK is even loaded.
 */
export async function startTracing(
  config: TracingConfig,
  app: "gateway" | "worker",
): Promise<Tracing | undefined> {
  if (config.OTEL_EXPORTER_OTLP_ENDPOINT === undefined) return undefined;
  const { openTracing } = await import("./open-tracing.ts");
  return openTracing(config, app);
}
