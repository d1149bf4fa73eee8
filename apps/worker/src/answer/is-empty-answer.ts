import { parseJson } from "@openrouter-free-pool/shared/json/parse-json";
import { withoutMark } from "@openrouter-free-pool/shared/text/byte-order-mark";
import { hasContent, readOutputs } from "./answer-output.ts";

/** Even with much reasoning, an answer that says nothing is no longer than this. */
const mostReadBytes = 64 * 1024;

/**
 * Whether an answer has its endpoint's form and no content: no text, no call of a tool,
 * no picture, no sound. One that cannot be read counts as full.
 *
 * @param path the endpoint, below the base URL.
 */
export function isEmptyAnswer(body: Buffer, path: string): boolean {
  if (body.length > mostReadBytes || path === "/embeddings") return false;
  const answer = parseJson(withoutMark(body).toString());
  return answer !== undefined && !readOutputs(answer, path).some(hasContent);
}
