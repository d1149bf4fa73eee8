/** An answer of OpenRouter, as it goes back to the client. */
export type AnswerReply = {
  readonly kind: "answer";
  readonly status: number;
  /** Headers that the client gets, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
} & ReplyFigures;

/** The worker could not get an answer; the gateway makes the error body. */
export type FailureReply = {
  readonly kind: "failure";
  readonly code: "waited-out" | "no-usable-key" | "worker-crashed";
} & ReplyFigures;

/** The worker took the gateway for dead and dropped the job. */
export type OrphanedReply = { readonly kind: "orphaned" };

/** What a worker says about a job. */
export type Reply = AnswerReply | FailureReply | OrphanedReply;

/** How a request fared. Durations in ms. */
export type ReplyFigures = {
  readonly queueMs: number;
  readonly upstreamMs: number;
  /** Calls made to OpenRouter for the request, refused ones included. */
  readonly calls: number;
};

type Head = Omit<AnswerReply, "body"> | FailureReply | OrphanedReply;

/** Splits a reply into a JSON head and the raw bytes of the body. */
export function encodeReply(reply: Reply): { head: string; body: Buffer } {
  if (reply.kind !== "answer") {
    return { head: JSON.stringify(reply), body: Buffer.alloc(0) };
  }
  const { body, ...head } = reply;
  return { head: JSON.stringify(head), body };
}

/** The reverse of {@link encodeReply}. */
export function decodeReply(head: string, body: Buffer): Reply {
  const parsed = JSON.parse(head) as Head;
  return parsed.kind === "answer" ? { ...parsed, body } : parsed;
}
