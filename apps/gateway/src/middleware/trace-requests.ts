import {
  context,
  propagation,
  SpanKind,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import type { RequestHandler } from "express";

/**
 * Begins a span for each request of a route, in the client's trace if there is one. The span ends
 * when the finished request is recorded.
 */
export function traceRequests(tracer: Tracer, route: string): RequestHandler {
  return (request, response, next) => {
    const parent = propagation.extract(context.active(), request.headers);
    const span = tracer.startSpan(
      `${request.method} ${route}`,
      {
        kind: SpanKind.SERVER,
        attributes: {
          "http.request.method": request.method,
          "http.route": route,
          "orpool.request_id": response.locals.context.requestId,
        },
      },
      parent,
    );
    response.locals.context.span = span;
    context.with(trace.setSpan(parent, span), next);
  };
}
