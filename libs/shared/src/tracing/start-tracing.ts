import type { Tracing, TracingConfig } from "./tracing.ts";

/**
 * Starts tracing if a collector is set. Otherwise OpenTelemetry's SDK is not even loaded.
 */
export async function startTracing(
  config: TracingConfig,
  app: "gateway" | "worker",
): Promise<Tracing | undefined> {
  if (config.OTEL_EXPORTER_OTLP_ENDPOINT === undefined) return undefined;
  const { openTracing } = await import("./open-tracing.ts");
  return openTracing(config, app);
}
