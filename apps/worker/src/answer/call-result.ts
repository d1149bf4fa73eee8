import type { TokenUse } from "@openrouter-free-pool/shared/queue/finished-request";
import type { CallOutcome, NoAnswer } from "./outcome.ts";

/** What became of a stream. */
export type StreamResult =
  /** The client has the whole stream. */
  | { readonly kind: "relayed" }
  /** It broke off after its first content: nothing may be called again. */
  | { readonly kind: "broken"; readonly failure: NoAnswer }
  /** It never really began, and counts like a plain answer. */
  | CallOutcome;

/** What a stream showed on its way. */
export type StreamFigures = {
  /** From the call to the first content. */
  firstTokenMs?: number;
  tokens?: TokenUse;
};

/** What one call of OpenRouter brought, which model it asked for, and how long it took. */
export type CallResult = StreamResult &
  Readonly<StreamFigures> & {
    readonly calledModel: string;
    readonly upstreamMs: number;
  };
