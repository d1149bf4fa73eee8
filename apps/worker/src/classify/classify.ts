import type { UpstreamAnswer } from "../answer/outcome.ts";
import { readAnswer } from "../answer/read-answer.ts";
import { type LimitWindows, readRetryAfter } from "../answer/retry-timing.ts";
import type { AnswerClassification } from "./answer-classification.ts";
import { type ErrorDetails, toErrorDetails } from "./errors/error-details.ts";
import { statusOfAnswer, statusOfError } from "./errors/error-status.ts";
import { readErrorBody } from "./errors/read-error-body.ts";
import { readRateLimit } from "./rate-limit.ts";

/** What the classification depends on in addition to the answer. */
type ClassifyContext = {
  /** Our clock, ms since the epoch. */
  readonly now: number;
  /** Whether the request asked for a free model only. Read for few answers: the request's body may be large. */
  readonly isFree: () => boolean;
  /** The endpoint, below the base URL. */
  readonly path: string;
  /** OpenRouter's own when absent. */
  readonly windows?: LimitWindows;
};

/** Decides what one answer of OpenRouter means, by the table of the product's contract. */
export function classify(
  answer: UpstreamAnswer,
  context: ClassifyContext,
): AnswerClassification {
  const { status } = answer;
  if (status >= 200 && status < 300) return classifyOk(answer, context);
  // Redirects and statuses that HTTP does not know.
  if (status < 400 || status >= 600) return transient(502, answer, context);
  const details = readErrorBody(answer.body);
  const meant = statusOfAnswer(status, details);
  return classifyError(meant, details, answer, context);
}

function classifyOk(
  answer: UpstreamAnswer,
  context: ClassifyContext,
): AnswerClassification {
  const content = readAnswer(answer.body, context.path);
  if (content.kind === "answered") return { kind: "return" };
  if (content.kind === "nothing") return transient(502, answer, context);
  const details = toErrorDetails(content.error);
  const status = statusOfError(details);
  const meaning = classifyError(status, details, answer, context);
  return meaning.kind === "return" ? { ...meaning, status } : meaning;
}

function classifyError(
  status: number,
  details: ErrorDetails,
  answer: UpstreamAnswer,
  context: ClassifyContext,
): AnswerClassification {
  if (status === 429) return readRateLimit(details, answer.headers, context);
  // A provider that refuses OpenRouter's own key says nothing about ours.
  if (details.isFromProvider && (status === 401 || status === 402)) {
    return transient(502, answer, context);
  }
  if (status === 401) return { kind: "key-refused", reason: "invalid" };
  if (status === 402 || isKeyLimit(status, details)) {
    // A request for a paid model is refused because of the model, not because of the key; one such
    // client must not empty the pool.
    if (!context.isFree()) return { kind: "return" };
    return status === 402
      ? { kind: "account-without-credit" }
      : { kind: "key-refused", reason: "key-limit" };
  }
  return status === 408 || status >= 500
    ? transient(status, answer, context)
    : { kind: "return" };
}

function transient(
  status: number,
  { headers }: UpstreamAnswer,
  { now }: ClassifyContext,
): AnswerClassification {
  const retryAfterMs = readRetryAfter(headers, now);
  return { kind: "transient", status, retryAfterMs };
}

function isKeyLimit(status: number, details: ErrorDetails): boolean {
  return status === 403 && /\bkey limit exceeded\b/i.test(details.message);
}
