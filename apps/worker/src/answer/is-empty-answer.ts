import { parseJson } from "@openrouter-free-pool/shared/json/parse-json";
import { withoutMark } from "@openrouter-free-pool/shared/text/byte-order-mark";
import { hasContent, readOutputs } from "./answer-output.ts";

/** An answer without content is no longer than this, even with much reasoning. */
const mostReadBytes = 64 * 1024;

/**
 * Whether an answer is well-formed for its endpoint but has no content: no text, no tool call, no
 * image, no audio. One that cannot be read counts as having content.
 *
 * @param path the endpoint, below the base URL.
 */
export function isEmptyAnswer(body: Buffer, path: string): boolean {
  if (body.length > mostReadBytes || path === "/embeddings") return false;
  const answer = parseJson(withoutMark(body).toString());
  return answer !== undefined && !readOutputs(answer, path).some(hasContent);
}
