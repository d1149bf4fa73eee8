import type { CallResult } from "../answer/call-result.ts";
import type { Classification } from "../classify/classify-result.ts";
import { toClientAnswer, toFailureAnswer } from "../classify/client-answer.ts";
import { labelUnfit } from "../classify/require-fit.ts";
import type { KeyState } from "../keys/check-key.ts";
import type { Disposition } from "../settle/disposition.ts";

/** One call and what was learned about it. */
export type ClassifiedCall = {
  /** The endpoint, below the base URL. */
  readonly path: string;
  readonly result: CallResult;
  readonly classification: Classification;
  /** What `GET /key` says of the key; only asked where the answer accuses it. */
  readonly keyState: KeyState | undefined;
};

/** The status that an answer means; undefined: the one that it came with. */
function statusOf(classification: Classification): number | undefined {
  switch (classification.kind) {
    case "return":
    case "transient":
    case "model-gone":
      return classification.status;
    case "account-setting":
      return 404;
    case "model-limited":
      return 429;
    case "account-without-credit":
      return 402;
    case "key-refused":
      return classification.reason === "invalid" ? 401 : 403;
    default:
      return undefined;
  }
}

/** The client gets OpenRouter's answer, or an error that says that there was none. */
export function answerWith({
  path,
  result,
  classification,
}: ClassifiedCall): Disposition {
  const { calledModel, upstreamMs, tokens } = result;
  switch (result.kind) {
    case "answer": {
      const status = statusOf(classification);
      const given = toClientAnswer(result.answer, status, path);
      const answer = labelUnfit(given, classification);
      const answeringModel = classification.model;
      const models = { calledModel, answeringModel };
      return { kind: "answered", answer, ...models, upstreamMs, tokens };
    }
    case "no-answer": {
      const answer = toFailureAnswer(result.failure);
      return { kind: "answered", answer, calledModel, upstreamMs };
    }
    case "relayed":
      return { kind: "stream-ended" };
    case "broken": {
      const { status } = toFailureAnswer(result.failure);
      const { message } = result.failure;
      return { kind: "stream-broken", status, message, upstreamMs };
    }
  }
}
