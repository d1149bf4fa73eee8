import type { CallOutcome, NoAnswer } from "./outcome.ts";

/** What became of a stream. */
export type StreamResult =
  /** The client has the whole stream. */
  | { readonly kind: "relayed" }
  /** It broke off after its first content: nothing may be called again. */
  | { readonly kind: "broken"; readonly failure: NoAnswer }
  /** It never really began, and counts like a plain answer. */
  | CallOutcome;

/** What one call of OpenRouter brought, which model it asked for, and how long it took. */
export type CallResult = StreamResult & {
  readonly calledModel: string;
  readonly upstreamMs: number;
};
