import { modelOf } from "@openrouter-free-pool/shared/replies/reply";
import type { Statistics } from "@openrouter-free-pool/shared/statistics/statistics-recorder";
import { type Span, SpanStatusCode } from "@opentelemetry/api";
import type { Logger } from "pino";
import { clientGone } from "../errors/gateway-error.ts";
import type { MeasureRequest } from "../metrics/request-metrics.ts";
import type { EndedRequest, RecordRequest } from "../usage/record-request.ts";
import type { RecordEnded } from "./ended/ended-log.ts";
import type { FinishedContext, OnFinished } from "./request-context.ts";

/** Builds the one place where a finished request is recorded: metrics, statistics, log and trace. */
export function createRecordFinished(deps: {
  measureRequest: MeasureRequest;
  statistics: Statistics;
  recordRequest: RecordRequest;
  recordEnded: RecordEnded;
  logger: Logger;
}): OnFinished {
  const { measureRequest, statistics, recordRequest, logger } = deps;

  return function recordFinished(context) {
    if (context.route !== undefined) {
      const { route, isStream = false } = context;
      measureRequest({ ...context, route, isStream });
    }
    if (context.dialect && !context.isUncounted) {
      statistics.count(`status:${context.status}`);
      statistics.observe("total", context.totalMs);
      // A request without a valid key has no client.
      if (context.status !== unauthorized) {
        recordRequest(toEnded(context));
        deps.recordEnded(toFacts(context));
      }
      logger.info(describe(context), "Completion finished");
    }
    if (context.span) endSpan(context.span, context);
  };
}

const unauthorized = 401;

function toEnded(context: FinishedContext): EndedRequest {
  const { client, model, status, error, figures } = context;
  return {
    client,
    requestedModel: model,
    calledModel: modelOf(context),
    isAnswered: status < 400 && error === undefined,
    queueMs: figures?.queueMs,
  };
}

function toFacts(context: FinishedContext): Parameters<RecordEnded>[0] {
  const { requestId, jobId, client, model, calledModel, status } = context;
  const { figures, tokens, error, errorText } = context;
  const hasError = status >= 400 || error !== undefined;
  // An answer of the cache was the call of another request.
  const own = figures?.calls === 0 ? undefined : tokens;
  return {
    kind: "waiting",
    of: undefined,
    ...{ requestId, jobId, client, model, status },
    calledModel: calledModel === model ? undefined : calledModel,
    key: figures?.calls === 0 ? undefined : figures?.key,
    code: error,
    error: hasError ? errorText : undefined,
    waitedMs: figures?.queueMs,
    callMs: figures?.upstreamMs,
    totalMs: Math.round(context.totalMs),
    calls: figures?.calls,
    promptTokens: own?.prompt,
    completionTokens: own?.completion,
  };
}

function describe(context: FinishedContext) {
  const { requestId, caller, status, cache, model, priority } = context;
  const { calls, queueMs, upstreamMs } = context.figures ?? {};
  return {
    requestId,
    client: caller?.name,
    clientId: caller?.record && caller.id,
    path: context.dialect?.path,
    stream: context.isStream,
    status,
    attempts: calls,
    cache,
    model,
    priority,
    queueMs,
    upstreamMs,
    firstTokenMs: context.firstTokenMs,
    error: context.error,
    totalMs: Math.round(context.totalMs),
  };
}

function endSpan(span: Span, context: FinishedContext): void {
  const { status, client, model, priority, error } = context;
  span.setAttributes({
    "http.response.status_code": status,
    ...(client === undefined ? {} : { "orpool.client": client }),
    ...(model === undefined ? {} : { "gen_ai.request.model": model }),
    ...(priority === undefined ? {} : { "orpool.priority": priority }),
    ...(error === undefined ? {} : { "error.type": error }),
  });
  if (status === clientGone || status >= 500) {
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}
