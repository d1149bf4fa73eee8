import {
  type PriorityName,
  priorities,
  priorityNames,
} from "@openrouter-free-pool/shared/queue/priorities";
import type { Request, Response } from "express";
import type { Family } from "../families/family.ts";
import type { ParsedBody } from "../families/parse-body.ts";
import { GatewayError } from "../gateway-error.ts";
import { clientOf } from "../middleware/authenticate.ts";
import { requestIdOf } from "../middleware/request-id.ts";
import type { Submission } from "./submit.ts";

/** Client headers that go on to OpenRouter: whom to credit for the call, and Anthropic's own. */
const forwardedHeaders = [
  "http-referer",
  "x-openrouter-title",
  "x-title",
  "anthropic-version",
  "anthropic-beta",
];

/** Gathers from a request what the queue needs to know. */
export function readSubmission(
  request: Request,
  response: Response,
  what: { family: Family; body: ParsedBody; longestWaitMs: number },
): Submission {
  const { family, body, longestWaitMs } = what;
  return {
    requestId: requestIdOf(response),
    client: clientOf(response),
    path: family.path,
    model: body.model,
    isStream: body.isStream,
    body: body.text,
    headers: pickHeaders(request),
    receivedAt: Date.now(),
    maxWaitMs: Math.min(readMaxWait(request), longestWaitMs),
    priority: priorities[readPriority(request, body)],
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

/** `X-Priority`; without it, OpenAI's flexible tier counts as low. */
function readPriority(request: Request, body: ParsedBody): PriorityName {
  const given = request.get("x-priority")?.trim().toLowerCase();
  if (given === undefined) {
    return body.fields.service_tier === "flex" ? "low" : "normal";
  }
  const name = priorityNames.find((known) => known === given);
  if (name) return name;
  throw new GatewayError(
    "invalid-request",
    `X-Priority: got ${JSON.stringify(given)}, wants ${priorityNames.join(", ")}`,
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
