/** An answer, whole. Header names are in lower case. */
export type UpstreamAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
};

/** A call that brought no whole answer. */
export type NoAnswer = {
  readonly reason:
    | "timeout"
    | "network"
    | "too-large"
    | "reader-stalled"
    /** The grant could not be used in time; nothing was sent. */
    | "too-late"
    | "aborted";
  readonly message: string;
  /** False when surely no byte of the request left this machine: such a call cost nothing. */
  readonly wasSent: boolean;
};

/** An answer that comes as events. Not to read on stops OpenRouter's work. */
export type UpstreamStream = {
  readonly headers: Readonly<Record<string, string>>;
  /** Throws {@link BrokenStreamError} when the stream does not come to its own end. */
  readonly chunks: AsyncIterable<Buffer>;
  /** Says that content has come: from now on the time limit is one of silence. */
  readonly accept: () => void;
};

/** A call that brought a whole answer or none; failing is an expected outcome. */
export type CallOutcome =
  | {
      readonly kind: "answer";
      readonly answer: UpstreamAnswer;
      /** Gives back the memory of a large answer; call it when the answer is no longer held. */
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
