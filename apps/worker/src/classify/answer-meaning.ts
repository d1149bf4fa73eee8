import type { UpstreamAnswer } from "../answer/outcome.ts";
import { readAnswer } from "../answer/read-answer.ts";
import { type ErrorDetails, toErrorDetails } from "./errors/error-details.ts";
import { statusOfAnswer, statusOfError } from "./errors/error-status.ts";
import { isForeignPage } from "./errors/is-foreign-page.ts";
import { readErrorBody } from "./errors/read-error-body.ts";

/** An error of OpenRouter, under an error status or inside a 2xx. */
export type ToldError = {
  readonly kind: "error";
  /** The status that the error means. */
  readonly status: number;
  readonly details: ErrorDetails;
  /** Whether it came inside a 2xx. */
  readonly isEmbedded: boolean;
};

/** What an answer says, read once for all that classify it. */
export type AnswerMeaning =
  | { readonly kind: "answered" }
  | ToldError
  /** A page of HTML from something in front of OpenRouter, which refuses all that is sent. */
  | { readonly kind: "foreign-page" }
  /** Neither an answer nor an error, such as half a body, or a redirect. */
  | { readonly kind: "nothing" };

/**
 * Reads an answer. An error inside a 2xx counts like the status that it names.
 *
 * @param path the endpoint, below the base URL.
 */
export function readMeaning(
  answer: Pick<UpstreamAnswer, "status" | "body">,
  path: string,
): AnswerMeaning {
  const { status, body } = answer;
  if (status >= 200 && status < 300) return readOk(body, path);
  // Redirects and statuses that HTTP does not know.
  if (status < 400 || status >= 600) return { kind: "nothing" };
  if (isForeignPage(answer)) return { kind: "foreign-page" };
  const details = readErrorBody(body);
  const meant = statusOfAnswer(status, details);
  return { kind: "error", status: meant, details, isEmbedded: false };
}

function readOk(body: Buffer, path: string): AnswerMeaning {
  const content = readAnswer(body, path);
  if (content.kind !== "error") return { kind: content.kind };
  const details = toErrorDetails(content.error);
  const status = statusOfError(details);
  return { kind: "error", status, details, isEmbedded: true };
}
