import { parseJson } from "@openrouter-free-pool/shared/json/parse-json";
import type { TokenUse } from "@openrouter-free-pool/shared/queue/finished-request";

/** Token usage is near the end of an answer, plain or streamed: in so many bytes. */
export const tailBytes = 16 * 1024;

/** A larger figure is no count of tokens. */
const mostTokens = 1_000_000_000;
/** The text of an answer may have the name, too: so many places are looked at. */
const mostPlaces = 32;

const name = '"usage"';
const usage = /"usage"\s*:\s*(\{(?:[^{}]|\{[^{}]*\})*\})/y;

/** The last token usage in an answer, by any dialect's names: whole numbers of tokens, whatever stands there. */
export function readTokenUse(answer: Buffer): TokenUse | undefined {
  const text = answer.subarray(-tailBytes).toString();
  // From the end on: what precedes is the answer's text.
  let at = text.lastIndexOf(name);
  for (let place = 0; place < mostPlaces && at >= 0; place += 1) {
    usage.lastIndex = at;
    const [, json = ""] = usage.exec(text) ?? [];
    const use = toTokenUse(parseJson(json));
    if (use) return use;
    at = at === 0 ? -1 : text.lastIndexOf(name, at - 1);
  }
  return undefined;
}

/** @returns undefined when it states no number of tokens, or something else in place of one. */
function toTokenUse(given: unknown): TokenUse | undefined {
  if (typeof given !== "object" || given === null) return undefined;
  const use = given as Readonly<Record<string, unknown>>;
  const stated = [
    use.prompt_tokens ?? use.input_tokens ?? undefined,
    use.completion_tokens ?? use.output_tokens ?? undefined,
  ];
  if (stated.every((figure) => figure === undefined)) return undefined;
  const [prompt, completion] = stated.map((figure = 0) => toCount(figure));
  if (prompt === undefined || completion === undefined) return undefined;
  return { prompt, completion };
}

function toCount(figure: unknown): number | undefined {
  const isCount =
    typeof figure === "number" && figure >= 0 && figure <= mostTokens;
  return isCount ? Math.round(figure) : undefined;
}
