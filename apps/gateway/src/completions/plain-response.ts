import type { FinalReply } from "@openrouter-free-pool/shared/replies/reply";
import type { Request, Response } from "express";
import { fitError } from "../dialects/fit-error.ts";
import { setHeaders } from "../http/set-headers.ts";
import { readHeader } from "../requests/request-headers.ts";
import { type ClientResponse, recordFigures } from "./client-response.ts";
import { toReplyError } from "./reply-error.ts";

/** White space is allowed before JSON, where it has no meaning. */
const whitespace = "\n";

const headers = {
  "content-type": "application/json; charset=utf-8",
  // Without it nginx would buffer the white space.
  "x-accel-buffering": "no",
};

/** When a waiting client gets white space. */
type KeepAlive = {
  /** ms until the first one, and between them; undefined: it gets none. */
  readonly firstAfterMs: number | undefined;
  readonly everyMs: number;
};

/**
 * Chooses the keep-alive of a plain request. Node's `fetch` gives up after 300 s without headers,
 * whatever timeout its user sets: such clients get white space shortly before. All others keep the
 * status of their answer.
 *
 * @throws {GatewayError} `invalid-request`.
 */
export function chooseKeepAlive(
  request: Request,
  settings: {
    everyMs: number;
    /** For clients on Node.js; 0: never. */
    nodeAfterMs: number;
  },
): KeepAlive {
  const { everyMs, nodeAfterMs } = settings;
  const asked = readHeader(request, "X-Keep-Alive");
  if (asked === "whitespace") return { firstAfterMs: everyMs, everyMs };
  const isForNode =
    asked === undefined && nodeAfterMs > 0 && usesNodeFetch(request);
  return { firstAfterMs: isForNode ? nodeAfterMs : undefined, everyMs };
}

/** OpenAI's and Anthropic's clients name their runtime; others are recognized by their user agents. */
function usesNodeFetch(request: Request): boolean {
  const runtime = request.get("x-stainless-runtime");
  if (runtime !== undefined) return /^node/i.test(runtime);
  const agent = request.get("user-agent") ?? "";
  return /^node$|\bundici\b|\bnode-fetch\b|\bai-sdk\b|\bai\/\d|langchainjs|runtime\/node|^(OpenAI|Anthropic)\/JS/i.test(
    agent,
  );
}

/** The response to a plain request: white space while it waits, then OpenRouter's answer byte for byte. */
export class PlainResponse implements ClientResponse {
  readonly #response: Response;
  readonly #maxWaitMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    response: Response,
    options: { keepAlive: KeepAlive; maxWaitMs: number },
  ) {
    const { firstAfterMs, everyMs } = options.keepAlive;
    this.#response = response;
    this.#maxWaitMs = options.maxWaitMs;
    if (firstAfterMs !== undefined) this.#keepAlive(firstAfterMs, everyMs);
  }

  finish(reply: FinalReply): void {
    clearTimeout(this.#timer);
    const response = this.#response;
    if (reply.kind === "answer" || reply.kind === "failure") {
      recordFigures(response, reply);
    }
    if (reply.kind !== "answer") throw toReplyError(reply, this.#maxWaitMs);
    const answer = fitError(reply, response.locals.context.dialect);
    if (!response.headersSent) {
      response.statusCode = answer.status;
      setHeaders(response, answer.headers);
    }
    response.end(answer.body);
  }

  fail(error: unknown): never {
    clearTimeout(this.#timer);
    throw error;
  }

  /**
   * With the first white space the status is 200: errors can only be reported in the body, as
   * OpenRouter does it.
   */
  #keepAlive(afterMs: number, everyMs: number): void {
    this.#timer = setTimeout(() => {
      const response = this.#response;
      if (response.destroyed) return;
      if (!response.headersSent) response.status(200).set(headers);
      response.locals.context.awaitsBody = true;
      response.write(whitespace);
      this.#keepAlive(everyMs, everyMs);
    }, afterMs);
  }
}
