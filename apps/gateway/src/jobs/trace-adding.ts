import type { Tracing } from "@openrouter-free-pool/shared/tracing/tracing";
import { context, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";

/**
 * Makes a span of putting jobs on the queue, as a part of the active trace.
 *
 * @param add is given the trace as it travels with a job.
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
