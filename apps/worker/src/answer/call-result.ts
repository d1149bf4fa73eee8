import type { TokenUse } from "@openrouter-free-pool/shared/queue/finished-request";
import type { CallOutcome, NoAnswer } from "./outcome.ts";
import type { StreamEnding } from "./stream-ending.ts";

/** The model that the events of a stream name; absent where they name none. */
type NamedModel = { readonly model?: string };

/** The result of a stream. */
export type StreamResult =
  /** The client has the whole stream. */
  | ({ readonly kind: "relayed" } & NamedModel)
  /** It broke off after its first content: the call must not be repeated. */
  | ({ readonly kind: "broken"; readonly failure: NoAnswer } & NamedModel)
  /** It ended before any content, and is treated like a plain answer. */
  | CallOutcome;

/** What is measured while a stream is relayed. */
export type StreamFigures = {
  /** From the call to the first content, in ms. */
  firstTokenMs?: number;
  /** Of a stream whose bytes came to their end. */
  ending?: StreamEnding;
  /** Of a plain answer, too. */
  tokens?: TokenUse;
};

/** The result of one call of OpenRouter, the model that it asked for, and its duration. */
export type CallResult = StreamResult &
  Readonly<StreamFigures> & {
    readonly calledModel: string;
    readonly upstreamMs: number;
  };
