import { type LimitWindows, readRetryAfter } from "../answer/retry-timing.ts";
import type { AnswerClassification } from "./answer-classification.ts";
import type { AnswerMeaning, ToldError } from "./answer-meaning.ts";
import type { ErrorDetails } from "./errors/error-details.ts";
import { readRateLimit } from "./rate-limit.ts";

/** What the classification depends on in addition to what the answer says. */
type ClassifyContext = {
  /** Our clock, ms since the epoch. */
  readonly now: number;
  /** Whether the request asked for a free model only. Read for few answers: the request's body may be large. */
  readonly isFree: () => boolean;
  /** Of the answer; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** OpenRouter's own when absent. */
  readonly windows?: LimitWindows;
};

/** Decides what one answer of OpenRouter means, by the table of the product's contract. */
export function classify(
  meaning: AnswerMeaning,
  context: ClassifyContext,
): AnswerClassification {
  switch (meaning.kind) {
    case "answered":
      return { kind: "return" };
    case "nothing":
      return transient(502, context);
    case "foreign-page":
      return { ...transient(502, context), sparesModel: true };
    case "error":
      return classifyError(meaning, context);
  }
}

function classifyError(
  error: ToldError,
  context: ClassifyContext,
): AnswerClassification {
  const { status, details, isEmbedded } = error;
  if (status === 429) return readRateLimit(details, context.headers, context);
  // A provider that refuses OpenRouter's own key says nothing about ours.
  if (details.isFromProvider && (status === 401 || status === 402)) {
    return transient(502, context);
  }
  if (status === 401) return { kind: "key-refused", reason: "invalid" };
  const isOfRequest: AnswerClassification = isEmbedded
    ? { kind: "return", status }
    : { kind: "return" };
  if (status === 402 || isKeyLimit(status, details)) {
    // A request for a paid model is refused because of the model, not because of the key; one such
    // client must not empty the pool.
    if (!context.isFree()) return isOfRequest;
    return status === 402
      ? { kind: "account-without-credit" }
      : { kind: "key-refused", reason: "key-limit" };
  }
  return status === 408 || status >= 500
    ? transient(status, context)
    : isOfRequest;
}

function transient(
  status: number,
  { headers, now }: ClassifyContext,
): Extract<AnswerClassification, { kind: "transient" }> {
  const retryAfterMs = readRetryAfter(headers, now);
  return { kind: "transient", status, retryAfterMs };
}

function isKeyLimit(status: number, details: ErrorDetails): boolean {
  return status === 403 && /\bkey limit exceeded\b/i.test(details.message);
}
