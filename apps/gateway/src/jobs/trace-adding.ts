import type { Tracing } from "@openrouter-free-pool/shared/tracing/tracing";
import { context, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";

/**
 * Wraps adding jobs to the queue in a span of the active trace.
 *
 * @param add gets the trace context that a job carries.
 */
export async function traceAdding(
  { tracer, telemetry }: Tracing,
  add: (trace: string) => Promise<unknown>,
): Promise<void> {
  const span = tracer.startSpan("add completion", { kind: SpanKind.PRODUCER });
  const inSpan = trace.setSpan(context.active(), span);
  try {
    await add(telemetry.contextManager.getMetadata(inSpan));
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span.end();
  }
}
