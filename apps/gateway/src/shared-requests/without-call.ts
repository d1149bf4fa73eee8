import type { FinalReply } from "@openrouter-free-pool/shared/replies/reply";

/**
 * A reply as a request gets it that made no call for it: with a wait of its own.
 *
 * @param receivedAt when the request came, ms since the epoch.
 */
export function withoutCall<Reply extends FinalReply>(
  reply: Reply,
  receivedAt: number,
): Reply {
  if (reply.kind !== "answer" && reply.kind !== "failure") return reply;
  const queueMs = Math.max(0, Date.now() - receivedAt);
  return { ...reply, queueMs, upstreamMs: 0, calls: 0 };
}
