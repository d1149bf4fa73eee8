import { parseJson } from "@openrouter-free-pool/shared/json/parse-json";
import type {
  AnswerReply,
  FinalReply,
  StreamStartReply,
} from "@openrouter-free-pool/shared/replies/reply";
import type { Response } from "express";
import type { Dialect } from "../dialects/dialect.ts";
import { fitError } from "../dialects/fit-error.ts";
import { GatewayError } from "../errors/gateway-error.ts";
import {
  type ClientResponse,
  recordFacts,
  recordFigures,
} from "./client-response.ts";
import type { StreamSink } from "./pending-stream.ts";
import { toReplyError } from "./reply-error.ts";

const streamHeaders = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache",
  // Without it nginx would buffer events.
  "x-accel-buffering": "no",
};

/** How long a client may take to read the rest after an error. */
const drainMs = 30_000;

/** A streamed response: comments while the request waits, then OpenRouter's bytes. */
export class StreamResponse implements ClientResponse, StreamSink {
  readonly #response: Response;
  readonly #dialect: Dialect;
  readonly #model: string;
  readonly #maxWaitMs: number;

  constructor(
    response: Response,
    options: { dialect: Dialect; model: string; maxWaitMs: number },
  ) {
    this.#response = response;
    this.#dialect = options.dialect;
    this.#model = options.model;
    this.#maxWaitMs = options.maxWaitMs;
  }

  /** Keeps proxies from closing a silent connection. */
  comment(text: string): void {
    this.#open({});
    this.#response.write(`: ${text}\n\n`);
  }

  open(start: StreamStartReply): void {
    recordFigures(this.#response, start);
    this.#open(start.headers);
  }

  begin(): void {
    const { context } = this.#response.locals;
    context.firstTokenMs = Math.round(performance.now() - context.startedAt);
  }

  write(chunk: Buffer, onTaken: () => void): void {
    this.#open({});
    this.#response.write(chunk, (error) => {
      if (!error) onTaken();
    });
  }

  finish(reply: FinalReply): void {
    if (reply.kind === "stream-broken") recordFacts(this.#response, reply);
    if (reply.kind === "answer") this.#answer(reply);
    else if (reply.kind === "stream-end") {
      recordFacts(this.#response, reply);
      this.#response.end();
    } else this.fail(toReplyError(reply, this.#maxWaitMs));
  }

  /** An error is an event when the response has begun, else a status. */
  fail(error: unknown): void {
    const isOurs = error instanceof GatewayError;
    if (!isOurs || !this.#response.headersSent) throw error;
    const { context } = this.#response.locals;
    context.error = error.code;
    context.errorText ??= error.message;
    this.#endWithError(this.#dialect.toErrorBody(error));
  }

  /** OpenRouter refused the request, or answered without a stream. */
  #answer(reply: AnswerReply): void {
    recordFigures(this.#response, reply);
    const answer = fitError(reply, this.#dialect);
    const isOpen = this.#response.headersSent;
    if (!isOpen && reply.status >= 400) {
      this.#response.status(answer.status).set(answer.headers);
      this.#response.end(answer.body);
      return;
    }
    const body = parseObject(answer.body);
    if (body === undefined) this.fail(unreadableAnswer());
    else if (reply.status >= 400 || body.error) this.#endWithError(body);
    else {
      const { "content-type": _, ...headers } = answer.headers;
      this.#open(headers);
      this.#response.end(this.#dialect.toAnswerEvents(body));
    }
  }

  #open(headers: Readonly<Record<string, string>>): void {
    if (this.#response.headersSent) return;
    this.#response.status(200).set({ ...streamHeaders, ...headers });
    this.#response.flushHeaders();
  }

  #endWithError(body: object): void {
    const response = this.#response;
    this.#open({});
    response.end(this.#dialect.toErrorEvent(body, this.#model));
    // A client that does not read would hold socket and memory for ever.
    const giveUp = setTimeout(() => response.destroy(), drainMs);
    response.once("close", () => clearTimeout(giveUp));
  }
}

function parseObject(body: Buffer): Record<string, unknown> | undefined {
  const parsed = parseJson(body.toString());
  const isObject = typeof parsed === "object" && !Array.isArray(parsed);
  return isObject && parsed !== null ? { ...parsed } : undefined;
}

function unreadableAnswer(): GatewayError {
  return new GatewayError(
    "upstream-unreachable",
    "OpenRouter answered with something that is neither a stream nor a JSON object",
  );
}
