import { withoutMark } from "@openrouter-free-pool/shared/text/byte-order-mark";
import type { UpstreamAnswer } from "../../answer/outcome.ts";

const statuses: ReadonlySet<number> = new Set([401, 402, 403, 404]);
const mostReadBytes = 1024;
/** What Cloudflare sends to programs that it blocks, in place of its page. */
const blockCode = /^error code: 1\d{3}$/;

/**
 * Whether a refusal is a page of HTML. OpenRouter refuses with JSON; a page comes from what is in
 * front of it: Cloudflare that blocks this address, or a proxy. It says nothing of the request.
 */
export function isForeignPage({
  status,
  body,
}: Pick<UpstreamAnswer, "status" | "body">): boolean {
  if (!statuses.has(status)) return false;
  const start = withoutMark(body).subarray(0, mostReadBytes);
  const text = start.toString().trim();
  return text.startsWith("<") || blockCode.test(text);
}
