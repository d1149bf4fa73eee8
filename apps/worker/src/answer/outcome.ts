/** A complete answer. Header names are in lower case. */
export type UpstreamAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
};

/** A call that returned no complete answer. */
export type NoAnswer = {
  readonly reason:
    | "timeout"
    | "network"
    | "too-large"
    /** This worker had no memory for the answer in time. */
    | "no-room"
    | "reader-stalled"
    /** The grant could not be used in time; nothing was sent. */
    | "too-late"
    | "aborted";
  readonly message: string;
  /** False when certainly no byte of the request left this machine: such a call costs nothing. */
  readonly wasSent: boolean;
};

/** Whether we ended a call: its client has stopped the stream or reads none of it, or the worker stops. */
export function isEndedByUs({ reason }: Pick<NoAnswer, "reason">): boolean {
  return reason === "aborted" || reason === "reader-stalled";
}

/** An answer that is streamed as events. Stopping to read makes OpenRouter stop, too. */
export type UpstreamStream = {
  readonly headers: Readonly<Record<string, string>>;
  /** Throws {@link BrokenStreamError} when the stream does not come to its own end. */
  readonly chunks: AsyncIterable<Buffer>;
  /** Call it when content has arrived: from then on the timeout limits the silence between chunks. */
  readonly accept: () => void;
};

/** A call that returned a complete answer or none; failure is an expected outcome, not an exception. */
export type CallOutcome =
  | {
      readonly kind: "answer";
      readonly answer: UpstreamAnswer;
      /** Releases the memory of a large answer; call it when the answer is no longer held. */
      readonly release?: () => void;
    }
  | { readonly kind: "no-answer"; readonly failure: NoAnswer };

/** A stream that broke off. */
export class BrokenStreamError extends Error {
  override name = "BrokenStreamError";
  readonly failure: NoAnswer;

  constructor(failure: NoAnswer, cause: unknown) {
    super(failure.message, { cause });
    this.failure = failure;
  }
}
