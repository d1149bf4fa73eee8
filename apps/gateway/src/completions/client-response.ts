import type { TokenUse } from "@openrouter-free-pool/shared/queue/finished-request";
import type {
  FinalReply,
  ReplyFigures,
} from "@openrouter-free-pool/shared/replies/reply";
import type { Response } from "express";
import { setHeaders } from "../http/set-headers.ts";

/** The response to one client: plain or streamed. Exactly one of its methods ends it. */
export type ClientResponse = {
  /** @throws {GatewayError} when the reply has no answer, and a status can still be sent. */
  finish(reply: FinalReply): void;
  /** @throws `error`, when a status can still be sent. */
  fail(error: unknown): void;
};

/**
 * Records a request's wait, call time and number of calls, and tells the client unless the headers
 * are sent.
 */
export function recordFigures(
  response: Response,
  figures: ReplyFigures & ReplyFacts,
): void {
  const { queueMs, upstreamMs, calls, calledModel, key } = figures;
  const { context } = response.locals;
  context.figures = {
    ...{ queueMs, upstreamMs, calls },
    ...(key === undefined ? {} : { key }),
  };
  if (calledModel !== undefined) context.calledModel = calledModel;
  context.answeringModel = figures.answeringModel;
  recordFacts(response, figures);
  if (!response.headersSent) setHeaders(response, figureHeaders(figures));
}

/** What a reply tells operators only. */
type ReplyFacts = {
  readonly tokens?: TokenUse | undefined;
  readonly errorText?: string;
};

/** Records the facts of a reply that are for operators. */
export function recordFacts(
  response: Response,
  { tokens, errorText }: ReplyFacts,
): void {
  const { context } = response.locals;
  if (tokens) context.tokens = tokens;
  if (errorText !== undefined) context.errorText = errorText;
}

/** Response headers with a request's wait, call time and number of calls. */
export function figureHeaders({
  queueMs,
  upstreamMs,
  calls,
  calledModel,
}: ReplyFigures): Record<string, string> {
  return {
    "X-Queue-Time-Ms": String(queueMs),
    "X-Upstream-Time-Ms": String(upstreamMs),
    "X-Attempts": String(calls),
    ...(calledModel === undefined ? {} : { "X-Model": toHeader(calledModel) }),
  };
}

/** A model's id is text that the client chose. */
function toHeader(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?");
}

/** A signal that aborts when the client closes its connection before the answer is sent. */
export function watchHangUp(response: Response): AbortSignal {
  const hungUp = new AbortController();
  response.on("close", () => {
    if (!response.writableFinished) hungUp.abort();
  });
  return hungUp.signal;
}
