import { parseJson } from "@openrouter-free-pool/shared/json/parse-json";
import { hideSecrets } from "@openrouter-free-pool/shared/logging/hide-secrets";
import type { CompletionRequest } from "@openrouter-free-pool/shared/queue/completion-job";
import { readErrorBody } from "../classify/errors/read-error-body.ts";

/** At most so many characters of an error's text are kept. */
const longest = 300;
/** A run of so many characters of the request counts as a quote when it starts at a sampled offset. */
const quoteLength = 16;
/** Distance of the sampled offsets: every quote of `quoteLength + stride - 1` characters holds a sample. */
const stride = 4;

const quoting =
  "The text of this error quotes the request, so that it is not kept.";
const unread =
  "The text of this error is not kept: the request is too large to see whether it is quoted.";

type Asked = Pick<CompletionRequest, "body">;

/**
 * The message of an error's body, for operators: in OpenRouter's words, without secrets, and
 * without contents of the request.
 *
 * @returns undefined when there is no message.
 */
export function tellError(body: Buffer, asked: Asked): string | undefined {
  const { message } = readErrorBody(body);
  return message === "" ? undefined : withoutRequest(message, asked);
}

/** A text about a request, shortened, or a standard text where it quotes the request. */
export function withoutRequest(text: string, { body }: Asked): string {
  const short = hideSecrets(text.replace(/\s+/g, " ").trim()).slice(0, longest);
  // A text this short can hold no quote.
  if (short.length < quoteLength) return short;
  if (body === undefined) return unread;
  return quotes(short, body) ? quoting : short;
}

function quotes(text: string, body: string): boolean {
  const asked = listTexts(parseJson(body)).join(" ").replace(/\s+/g, " ");
  for (let at = 0; at + quoteLength <= text.length; at += stride) {
    if (asked.includes(text.slice(at, at + quoteLength))) return true;
  }
  return false;
}

/** Names of models and the like are not contents. */
const openMembers: ReadonlySet<string> = new Set([
  "model",
  "models",
  "fallbacks",
  "provider",
  "route",
]);

/** All texts within a body, whatever its dialect. */
function listTexts(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(listTexts);
  return Object.entries(value).flatMap(([name, member]) =>
    openMembers.has(name) ? [] : [name, ...listTexts(member)],
  );
}
