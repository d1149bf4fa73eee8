import type { UpstreamAnswer } from "./client.ts";
import {
  type ErrorDetails,
  findEmbeddedError,
  readErrorDetails,
} from "./error-details.ts";
import { readRateLimit } from "./rate-limit.ts";
import { readRetryAfter } from "./retry-after.ts";
import type { Verdict } from "./verdict.ts";

/** What the verdict depends on besides the answer. */
export type ClassifyContext = {
  /** Our clock, ms since the epoch. */
  readonly now: number;
  /** Whether the request asked for a free model only. */
  readonly isFreeModel: boolean;
};

/** Decides what one answer of OpenRouter means, by the table of the product's contract. */
export function classify(
  answer: UpstreamAnswer,
  context: ClassifyContext,
): Verdict {
  if (answer.status >= 200 && answer.status < 300) {
    const embedded = findEmbeddedError(answer);
    if (!embedded) return { kind: "return" };
    const verdict = classifyError(embedded.status, embedded, answer, context);
    return verdict.kind === "return"
      ? { ...verdict, status: embedded.status }
      : verdict;
  }
  const details = readErrorDetails(answer.body);
  return classifyError(answer.status, details, answer, context);
}

function classifyError(
  status: number,
  details: ErrorDetails,
  answer: UpstreamAnswer,
  context: ClassifyContext,
): Verdict {
  if (status === 429)
    return readRateLimit(details, answer.headers, context.now);
  if (status === 401) return { kind: "key-refused", reason: "invalid" };
  if (status === 402 || isKeyLimit(status, details)) {
    // A request for a paid model is refused because of itself, not of the key;
    // one such client must not empty the pool.
    if (!context.isFreeModel) return { kind: "return" };
    return status === 402
      ? { kind: "account-without-credit" }
      : { kind: "key-refused", reason: "key-limit" };
  }
  if (status === 408 || status >= 500 || status < 200) {
    const retryAfterMs = readRetryAfter(answer.headers, context.now);
    return { kind: "transient", status, retryAfterMs };
  }
  return { kind: "return" };
}

function isKeyLimit(status: number, details: ErrorDetails): boolean {
  return status === 403 && /\bkey limit exceeded\b/i.test(details.message);
}
