import { readRetryAfter } from "./retry-timing.ts";

const mediaType =
  /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(\s*;\s*[\w-]+=("[\x20\x21\x23-\x7e]*"|[\w!#$&^.+:-]+))*$/;
const longestMediaType = 200;
const identifier = /^[\x21-\x7e]{1,200}$/;
const longestRetryAfterSeconds = 86_400;

type Headers = Readonly<Record<string, string>>;

/**
 * The headers that are passed on to a client, where they are well-formed: the media type,
 * OpenRouter's id of the answer, and when to retry.
 *
 * @param expectedType what the media type must be; it stands in for one that differs or is malformed.
 */
export function passHeaders(
  headers: Headers,
  expectedType: "application/json" | "text/event-stream",
): Record<string, string> {
  const passed: Record<string, string> = {
    "content-type": readMediaType(headers["content-type"], expectedType),
  };
  const id = headers["x-generation-id"];
  if (id !== undefined && identifier.test(id)) passed["x-generation-id"] = id;
  const retryAfterMs = readRetryAfter(headers, Date.now());
  if (retryAfterMs !== undefined) {
    const seconds = Math.ceil(retryAfterMs / 1_000);
    passed["retry-after"] = String(Math.min(seconds, longestRetryAfterSeconds));
  }
  return passed;
}

function readMediaType(stated: string | undefined, expected: string): string {
  const isFit =
    stated !== undefined &&
    stated.length <= longestMediaType &&
    mediaType.test(stated) &&
    stated.toLowerCase().startsWith(expected);
  return isFit ? stated : expected;
}
