import { priorities } from "@openrouter-free-pool/shared/queue/priorities";
import type { Request, Response } from "express";
import { requestIdOf } from "../middleware/request-id.ts";
import { GatewayError } from "../openai/gateway-error.ts";
import type { ParsedCompletion } from "../openai/parse-completion.ts";
import type { Submission } from "./submit.ts";

/** Client headers that go on to OpenRouter: whom to credit for the call. */
const forwardedHeaders = ["http-referer", "x-openrouter-title", "x-title"];

/** Gathers from a request what the queue needs to know besides the body. */
export function readSubmission(
  request: Request,
  response: Response,
  options: { path: string; completion: ParsedCompletion; maxWaitMs: number },
): Submission {
  const { path, completion } = options;
  return {
    requestId: requestIdOf(response),
    path,
    model: completion.model,
    body: completion.text,
    headers: pickHeaders(request),
    receivedAt: Date.now(),
    maxWaitMs: Math.min(readMaxWait(request), options.maxWaitMs),
    priority: priorities.normal,
  };
}

function pickHeaders(request: Request): Record<string, string> {
  return Object.fromEntries(
    forwardedHeaders.flatMap((name) => {
      const value = request.get(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** `X-Max-Wait-Ms` can only shorten the wait. */
function readMaxWait(request: Request): number {
  const given = request.get("x-max-wait-ms");
  if (given === undefined) return Number.POSITIVE_INFINITY;
  if (!/^\d{1,15}$/.test(given.trim())) {
    throw new GatewayError(
      "invalid-request",
      `X-Max-Wait-Ms: got ${JSON.stringify(given)}, wants whole milliseconds`,
    );
  }
  return Number(given);
}
