import { withoutMark } from "@openrouter-free-pool/shared/text/byte-order-mark";
import { memberOf } from "../answer/event-text.ts";
import type { NoAnswer, UpstreamAnswer } from "../answer/outcome.ts";
import { passHeaders } from "../answer/passed-headers.ts";
import { readAnswer } from "../answer/read-answer.ts";
import { bareError, toErrorDetails } from "./errors/error-details.ts";
import { isForeignPage } from "./errors/is-foreign-page.ts";
import { parseErrorBody, readErrorBody } from "./errors/read-error-body.ts";

const json = "application/json";
const longestShownText = 500;

/**
 * The answer as the client gets it: OpenRouter's bytes under the status that they mean. An error is
 * always a JSON envelope: any other body is put into one.
 *
 * @param given when it is not the status that OpenRouter sent.
 * @param path the endpoint, below the base URL.
 */
export function toClientAnswer(
  answer: UpstreamAnswer,
  given: number = answer.status,
  path = "",
): UpstreamAnswer {
  const headers = passHeaders(answer.headers, json);
  if (given >= 200 && given < 300) {
    return { status: given, headers, body: withoutMark(answer.body) };
  }
  const status = given >= 400 && given < 600 ? given : 502;
  return isEnvelope(answer.body)
    ? { status, headers, body: withoutMark(answer.body) }
    : toErrorAnswer(status, describe(answer, path), headers);
}

/** The answer for a call that returned none. */
export function toFailureAnswer({ reason, message }: NoAnswer): UpstreamAnswer {
  return toErrorAnswer(statusOfFailure(reason), message, {});
}

function statusOfFailure(reason: NoAnswer["reason"]): number {
  switch (reason) {
    case "timeout":
      return 504;
    case "no-room":
      return 503;
    default:
      return 502;
  }
}

function toErrorAnswer(
  status: number,
  message: string,
  headers: Readonly<Record<string, string>>,
): UpstreamAnswer {
  const error = { code: status, message, type: "upstream_error" };
  return {
    status,
    headers: { ...headers, "content-type": json },
    body: Buffer.from(JSON.stringify({ error })),
  };
}

/** Whether the body has a message where clients expect one. */
function isEnvelope(body: Buffer): boolean {
  const error = memberOf(parseErrorBody(body), "error");
  return typeof memberOf(error, "message") === "string";
}

/** Describes in one sentence what came instead of an answer. */
function describe(answer: UpstreamAnswer, path: string): string {
  const { status } = answer;
  if (status >= 200 && status < 300) return describeOk(answer, path);
  if (isForeignPage(answer)) {
    return `OpenRouter answered ${status} with a page instead of JSON: a proxy or its CDN may block the gateway's address`;
  }
  const { message } =
    status >= 400 && status < 600 ? readErrorBody(answer.body) : bareError();
  if (message) return message.slice(0, longestShownText);
  const target = answer.headers.location;
  const isRedirect = status >= 300 && status < 400 && target !== undefined;
  return isRedirect
    ? `OpenRouter answered ${status}, a redirect to ${showText(target)}`
    : `OpenRouter answered ${status} without saying why`;
}

function describeOk({ status, body }: UpstreamAnswer, path: string): string {
  const content = readAnswer(body, path);
  if (content.kind === "nothing") {
    return `OpenRouter answered ${status} ${content.why}`;
  }
  const message =
    content.kind === "error" ? toErrorDetails(content.error).message : "";
  return (
    message.slice(0, longestShownText) ||
    `OpenRouter answered ${status} with an error that says nothing`
  );
}

/** A header's value that is safe to show: printable ASCII, truncated. */
function showText(value: string): string {
  return value.replace(/[^\x20-\x7e]/g, "?").slice(0, longestShownText);
}
