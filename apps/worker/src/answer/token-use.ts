import type { TokenUse } from "@openrouter-free-pool/shared/queue/finished-request";

/** Token usage is near the end of an answer, plain or streamed: in so many bytes. */
export const tailBytes = 16 * 1024;

const name = '"usage"';
const usage = /"usage"\s*:\s*(\{(?:[^{}]|\{[^{}]*\})*\})/y;

/** The last token usage in an answer, by any dialect's names. */
export function readTokenUse(answer: Buffer): TokenUse | undefined {
  const text = answer.subarray(-tailBytes).toString();
  const json = findLastUsage(text);
  if (json === undefined) return undefined;
  try {
    const use = JSON.parse(json) as Record<string, unknown>;
    const prompt = Number(use.prompt_tokens ?? use.input_tokens ?? 0);
    const completion = Number(use.completion_tokens ?? use.output_tokens ?? 0);
    return { prompt, completion };
  } catch {
    return undefined;
  }
}

/** From the end on: what precedes is the answer's text. */
function findLastUsage(text: string): string | undefined {
  let at = text.lastIndexOf(name);
  while (at >= 0) {
    usage.lastIndex = at;
    const [, json] = usage.exec(text) ?? [];
    if (json !== undefined) return json;
    at = at === 0 ? -1 : text.lastIndexOf(name, at - 1);
  }
  return undefined;
}
