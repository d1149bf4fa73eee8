import {
  type CompletionJob,
  traceOf,
} from "@openrouter-free-pool/shared/queue/completion-job";
import type { Tracing } from "@openrouter-free-pool/shared/tracing/tracing";
import {
  type Context,
  context,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import type { CallOpenRouter } from "../call/call-openrouter.ts";
import { describeJob } from "../job/describe-job.ts";
import type { AcquireSlot } from "./acquire-slot.ts";
import type { ProcessJob } from "./process-job.ts";

/** Runs the decision about a job within the trace of the request that put it on the queue. */
export function traceAcquisition(
  acquireSlot: AcquireSlot,
  tracing: Tracing,
): AcquireSlot {
  return (job, signal, said) =>
    context.with(contextOf(job, tracing), () => acquireSlot(job, signal, said));
}

/** Makes a span of the work on a job, in the trace of the request that put it on the queue. */
export function traceJobs(
  processJob: ProcessJob,
  tracing: Tracing,
): ProcessJob {
  return async (job, grant, signal) => {
    const parent = contextOf(job, tracing);
    const span = tracing.tracer.startSpan(
      "process completion",
      { kind: SpanKind.CONSUMER, attributes: attributesOf(job) },
      parent,
    );
    try {
      await context.with(trace.setSpan(parent, span), () =>
        processJob(job, grant, signal),
      );
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  };
}

/** Makes a span of each call of OpenRouter. No trace context is sent to OpenRouter. */
export function traceCalls(
  callOpenRouter: CallOpenRouter,
  { tracer }: Tracing,
): CallOpenRouter {
  return async (job, call) => {
    const span = tracer.startSpan(`POST ${job.data.path}`, {
      kind: SpanKind.CLIENT,
      attributes: { ...attributesOf(job), "orpool.key": call.key.mask },
    });
    try {
      const result = await callOpenRouter(job, call);
      if (result.kind === "answer") {
        const { status } = result.answer;
        span.setAttribute("http.response.status_code", status);
        if (status >= 400) span.setStatus({ code: SpanStatusCode.ERROR });
      } else if (result.kind === "relayed") {
        span.setAttribute("http.response.status_code", 200);
      } else {
        span.setAttribute("error.type", result.failure.reason);
        span.setStatus({ code: SpanStatusCode.ERROR });
      }
      return result;
    } finally {
      span.end();
    }
  };
}

function contextOf(job: CompletionJob, { telemetry }: Tracing): Context {
  const metadata = traceOf(job);
  const active = context.active();
  return metadata
    ? telemetry.contextManager.fromMetadata(active, metadata)
    : active;
}

function attributesOf(job: CompletionJob) {
  const { requestId, jobId, model, client, call } = describeJob(job);
  return {
    "orpool.request_id": requestId,
    "orpool.job_id": String(jobId),
    "gen_ai.request.model": model,
    "orpool.calls_before": call,
    ...(client === undefined ? {} : { "orpool.client": client }),
  };
}
