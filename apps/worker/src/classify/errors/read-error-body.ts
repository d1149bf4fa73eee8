import { parseJson } from "@openrouter-free-pool/shared/json/parse-json";
import { withoutMark } from "@openrouter-free-pool/shared/text/byte-order-mark";
import {
  bareError,
  type ErrorDetails,
  toErrorDetails,
} from "./error-details.ts";

/** No error is longer; a larger body is not parsed. */
const mostParsedBytes = 256 * 1024;
const longestTextBytes = 2 * 1024;

/** Reads the body of an error status; an empty or unknown one gives empty details. */
export function readErrorBody(body: Buffer): ErrorDetails {
  const parsed = parseErrorBody(body);
  if (parsed === undefined) return bareError(readText(body));
  if (typeof parsed === "string") return bareError(parsed);
  if (typeof parsed !== "object" || parsed === null) return bareError();
  const { error, errors } = parsed as { error?: unknown; errors?: unknown };
  return toErrorDetails(error ?? errors ?? parsed);
}

/** The body as JSON; undefined when it is not JSON, or far too long for an error. */
export function parseErrorBody(body: Buffer): unknown {
  if (body.length > mostParsedBytes) return undefined;
  return parseJson(withoutMark(body).toString());
}

/** A body that is a plain sentence; empty for HTML and JSON. */
function readText(body: Buffer): string {
  if (body.length > longestTextBytes) return "";
  const text = withoutMark(body).toString().trim();
  return /^[^<{[]/.test(text) ? text : "";
}
