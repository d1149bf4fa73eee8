import { randomUUID } from "node:crypto";
import type { TokenUse } from "@openrouter-free-pool/shared/queue/finished-request";
import type { PriorityName } from "@openrouter-free-pool/shared/queue/priorities";
import type { ReplyFigures } from "@openrouter-free-pool/shared/replies/reply";
import type { Span } from "@opentelemetry/api";
import type { RequestHandler } from "express";
import type { Client } from "../clients/records/client.ts";
import type { Dialect } from "../dialects/dialect.ts";
import { clientGone } from "../errors/gateway-error.ts";
import { requestHeaders } from "./request-headers.ts";

/** What is known of one HTTP request, from its arrival to the end of its response. */
type RequestContext = {
  readonly requestId: string;
  /** Arrival, on this process's monotonic clock (ms). */
  readonly startedAt: number;
  /** The name under which the request is counted; undefined: it is not counted. */
  route?: string;
  /** The dialect of a completion; undefined for other routes. */
  dialect?: Dialect;
  /** Id of the client; undefined without client keys. */
  client?: string;
  /** The client with its settings. */
  caller?: Client;
  /** Whether it is not counted as a completion: its answer is collected later, or it collects one. */
  isUncounted?: boolean;
  model?: string;
  /** The model that was called last. */
  calledModel?: string;
  /** The model that its answer is from, where that is another one. */
  answeringModel?: string | undefined;
  isStream?: boolean;
  priority?: PriorityName;
  figures?: ReplyFigures;
  /** The latest job that stood for it. */
  jobId?: string;
  /** Tokens that its answer took. */
  tokens?: TokenUse;
  /** From the arrival to the first event of the stream, in ms. */
  firstTokenMs?: number;
  /** Code of the gateway's own error. */
  error?: string;
  /** What went wrong, as text for operators, without contents of the request. */
  errorText?: string;
  /** Whether the response has only white space so far, so that a body can still follow. */
  awaitsBody?: boolean;
  /** The trace of the request. */
  span?: Span;
};

declare global {
  namespace Express {
    interface Locals {
      context: RequestContext;
    }
  }
}

/** A request whose response has ended. */
export type FinishedContext = RequestContext & {
  /** The client's status; 499 when the client went away first. */
  readonly status: number;
  readonly totalMs: number;
  /** The response's `X-Cache`. */
  readonly cache: string | undefined;
};

/** Records a request whose response has ended. */
export type OnFinished = (context: FinishedContext) => void;

/**
 * Gives each request its context and its id (the client's own where it is valid), and
 * reports the context once, when the response has ended in any way.
 */
export function openContext(onFinished: OnFinished): RequestHandler {
  return (request, response, next) => {
    const requestId = chooseId(request.get("x-request-id"));
    const context = { requestId, startedAt: performance.now() };
    response.locals.context = context;
    response.setHeader("X-Request-Id", requestId);
    response.on("close", () => {
      const { statusCode, writableFinished } = response;
      onFinished({
        ...context,
        status: writableFinished ? statusCode : clientGone,
        totalMs: performance.now() - context.startedAt,
        cache: response.get("X-Cache"),
      });
    });
    next();
  };
}

/** Counts requests of a path under this name. */
export function nameRoute(route: string): RequestHandler {
  return (_request, response, next) => {
    response.locals.context.route = route;
    next();
  };
}

/** Sets the dialect of the requests of a path. */
export function setDialect(dialect: Dialect): RequestHandler {
  return (_request, response, next) => {
    const { context } = response.locals;
    context.dialect = dialect;
    context.route = dialect.path;
    next();
  };
}

function chooseId(given: string | undefined): string {
  if (given === undefined) return newId();
  const parsed = requestHeaders["X-Request-Id"].safeParse(given);
  return parsed.success ? parsed.data : newId();
}

function newId(): string {
  return `req_${randomUUID()}`;
}
