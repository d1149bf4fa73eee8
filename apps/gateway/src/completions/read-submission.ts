import {
  type AnswerCheck,
  parseAnswerChecks,
} from "@openrouter-free-pool/shared/api/answer-checks";
import {
  type PriorityName,
  priorities,
} from "@openrouter-free-pool/shared/queue/priorities";
import type { Request, Response } from "express";
import type { HeldBody } from "../bodies/held-body.ts";
import { capPriority } from "../clients/limits/cap-priority.ts";
import type { Dialect } from "../dialects/dialect.ts";
import type { CheckedBody } from "../dialects/parse-body.ts";
import { GatewayError } from "../errors/gateway-error.ts";
import type { Submission } from "../jobs/submission.ts";
import type { ResolvedModels } from "../models/resolve/resolve-models.ts";
import { readHeader } from "../requests/request-headers.ts";

/** Client headers that are forwarded to OpenRouter: attribution, and Anthropic's own. */
const forwardedHeaders = [
  "http-referer",
  "x-openrouter-title",
  "x-title",
  "anthropic-version",
  "anthropic-beta",
];

/** In characters: they wait with the request, also in Redis. */
const longestForwardedHeader = 2_048;

/** Collects what the queue needs to know of a request. */
export function readSubmission(
  request: Request,
  response: Response,
  what: {
    dialect: Dialect;
    checked: CheckedBody;
    models: ResolvedModels;
    body: HeldBody;
    longestWaitMs: number;
    /** Unless the request says otherwise. */
    answerCheck: readonly AnswerCheck[];
  },
): Submission {
  const { dialect, checked, models, body, longestWaitMs } = what;
  const { context } = response.locals;
  const answerCheck = readAnswerCheck(request) ?? what.answerCheck;
  const isChecked = answerCheck.length > 0 && !checked.isStream;
  return {
    requestId: context.requestId,
    client: context.client,
    path: dialect.path,
    ...models,
    isStream: checked.isStream,
    body,
    headers: pickHeaders(request),
    ...(isChecked ? { answerCheck } : {}),
    receivedAt: Date.now(),
    maxWaitMs: Math.min(readMaxWait(request), longestWaitMs),
    priority: capPriority(
      context.caller,
      priorities[readPriority(request, checked)],
    ),
  };
}

function pickHeaders(request: Request): Record<string, string> {
  return Object.fromEntries(
    forwardedHeaders.flatMap((name) => {
      const value = request.get(name);
      if (value === undefined) return [];
      if (value.length > longestForwardedHeader) throw tooLong(name);
      return [[name, value]];
    }),
  );
}

function tooLong(name: string): GatewayError {
  return new GatewayError(
    "invalid-request",
    `${name}: is longer than ${longestForwardedHeader} characters`,
  );
}

/** `X-Priority`; without it, OpenAI's flexible tier counts as low. */
function readPriority(request: Request, body: CheckedBody): PriorityName {
  const usual = body.fields.service_tier === "flex" ? "low" : "normal";
  return readHeader(request, "X-Priority") ?? usual;
}

/** `X-Answer-Check`; undefined when it is not there. */
function readAnswerCheck(request: Request): readonly AnswerCheck[] | undefined {
  return parseAnswerChecks(readHeader(request, "X-Answer-Check") ?? "");
}

/** `X-Max-Wait-Ms` can only shorten the wait. */
function readMaxWait(request: Request): number {
  return Number(readHeader(request, "X-Max-Wait-Ms") ?? "Infinity");
}
