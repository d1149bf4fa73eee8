/** How a request fared. Durations in ms. */
export type ReplyFigures = {
  readonly queueMs: number;
  readonly upstreamMs: number;
  /** Calls made to OpenRouter for the request, refused ones included. */
  readonly calls: number;
};

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
  readonly code:
    | "waited-out"
    | "keys-rate-limited"
    | "no-usable-key"
    | "worker-crashed"
    /** Redis holds the request's body no more. */
    | "body-lost"
    /** By an operator. */
    | "removed";
  /** When it is worth another try, in ms from now. */
  readonly retryAfterMs?: number;
} & ReplyFigures;

/** The worker took the gateway for dead and dropped the job. */
export type OrphanedReply = { readonly kind: "orphaned" };

/** Which part of which call's stream a reply is. */
export type StreamPosition = {
  /** The request's how-manieth call this is; a later call replaces an earlier one. */
  readonly call: number;
  /** Counts the replies of one call's stream from 0. */
  readonly sequence: number;
};

/** OpenRouter has begun to stream. */
export type StreamStartReply = {
  readonly kind: "stream-start";
  readonly workerId: string;
  readonly headers: Readonly<Record<string, string>>;
} & StreamPosition &
  ReplyFigures;

/** Some whole events (or a part of a very long one), byte for byte. */
export type StreamDataReply = {
  readonly kind: "stream-data";
  /** From here on the call counts, and is not made again. */
  readonly isBeginning?: boolean;
  readonly body: Buffer;
} & StreamPosition;

/** The stream has come to its own end. */
export type StreamEndReply = { readonly kind: "stream-end" } & StreamPosition;

/** The stream broke off after its first event. */
export type StreamBrokenReply = {
  readonly kind: "stream-broken";
  /** The status that says best what happened, such as 502. */
  readonly status: number;
  readonly message: string;
} & Partial<StreamPosition>;

/** Replies that come before the last one of a request. */
export type StreamPartReply = StreamStartReply | StreamDataReply;

/** Replies after which nothing comes for a request. */
export type FinalReply =
  | AnswerReply
  | FailureReply
  | StreamEndReply
  | StreamBrokenReply;

/** What a worker says about a job. */
export type Reply = FinalReply | StreamPartReply | OrphanedReply;

type WithBody = AnswerReply | StreamDataReply;
type Head = Omit<WithBody, "body"> | Exclude<Reply, WithBody>;

/** Splits a reply into a JSON head and the raw bytes of the body. */
export function encodeReply(reply: Reply): { head: string; body: Buffer } {
  if (!("body" in reply)) {
    return { head: JSON.stringify(reply), body: Buffer.alloc(0) };
  }
  const { body, ...head } = reply;
  return { head: JSON.stringify(head), body };
}

/** The reverse of {@link encodeReply}. */
export function decodeReply(head: string, body: Buffer): Reply {
  const parsed = JSON.parse(head) as Head;
  return parsed.kind === "answer" || parsed.kind === "stream-data"
    ? ({ ...parsed, body } as WithBody)
    : (parsed as Exclude<Reply, WithBody>);
}
