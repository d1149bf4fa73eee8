import {
  context,
  propagation,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import type { RequestHandler } from "express";
import { notesOf } from "../completions/completion-notes.ts";
import { clientOf } from "./authenticate.ts";
import { requestIdOf } from "./request-id.ts";

/** Makes a span of each request of a route; it goes on with the client's trace, where there is one. */
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
          "orpool.request_id": requestIdOf(response),
        },
      },
      parent,
    );
    response.once("close", () => {
      const { model, priority, error } = notesOf(response);
      const client = clientOf(response);
      span.setAttributes({
        "http.response.status_code": response.statusCode,
        ...(client === undefined ? {} : { "orpool.client": client }),
        ...(model === undefined ? {} : { "gen_ai.request.model": model }),
        ...(priority === undefined ? {} : { "orpool.priority": priority }),
        ...(error === undefined ? {} : { "error.type": error }),
      });
      if (!response.writableFinished || response.statusCode >= 500) {
        span.setStatus({ code: SpanStatusCode.ERROR });
      }
      span.end();
    });
    context.with(trace.setSpan(parent, span), next);
  };
}
