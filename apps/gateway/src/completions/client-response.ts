import type { TokenUse } from "@openrouter-free-pool/shared/queue/finished-request";
import type {
  FinalReply,
  ReplyFigures,
} from "@openrouter-free-pool/shared/replies/reply";
import type { Response } from "express";

/** The response to one client: plain or streamed. One of its methods ends it, once. */
export type ClientResponse = {
  /** @throws {GatewayError} when the reply has no answer, and the status can still say so. */
  finish(reply: FinalReply): void;
  /** @throws `error`, when the status can still say so. */
  fail(error: unknown): void;
};

/** Records how a request fared, and tells the client unless the headers are out already. */
export function recordFigures(
  response: Response,
  figures: ReplyFigures & Partial<ReplyFacts>,
): void {
  const { queueMs, upstreamMs, calls, calledModel, key } = figures;
  const { context } = response.locals;
  context.figures = {
    ...{ queueMs, upstreamMs, calls },
    ...(key === undefined ? {} : { key }),
  };
  if (calledModel !== undefined) context.calledModel = calledModel;
  recordFacts(response, figures);
  if (!response.headersSent) response.set(figureHeaders(figures));
}

/** What only operators hear of a reply. */
type ReplyFacts = {
  readonly tokens: TokenUse;
  readonly errorText: string;
};

/** Records what a reply tells operators of its answer. */
export function recordFacts(
  response: Response,
  { tokens, errorText }: Partial<ReplyFacts>,
): void {
  const { context } = response.locals;
  if (tokens) context.tokens = tokens;
  if (errorText !== undefined) context.errorText = errorText;
}

/** Response headers that say how a request fared. */
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

/** A model's id is the client's text. */
function toHeader(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?");
}

/** A signal that aborts when the client closes its connection before the answer is out. */
export function watchHangUp(response: Response): AbortSignal {
  const hungUp = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) hungUp.abort();
  });
  return hungUp.signal;
}
