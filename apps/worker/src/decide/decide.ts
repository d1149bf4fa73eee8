import type { CompletionJob } from "@openrouter-free-pool/shared/queue/completion-job";
import { classify } from "../call/openrouter/classify.ts";
import { isFreeModel } from "../call/openrouter/free-model.ts";
import type { Verdict } from "../call/openrouter/verdict.ts";
import type { Relayed } from "../call/stream/relay-stream.ts";

/** What a call means for the request: besides OpenRouter's verdicts, how a stream went. */
export type Judgement =
  | Verdict
  /** The client has the whole stream. */
  | { readonly kind: "relayed" }
  /** The client has a part of the stream, and no more will come. */
  | {
      readonly kind: "broken";
      readonly status: number;
      readonly message: string;
    }
  /** The call was called off. */
  | { readonly kind: "aborted" };

/** Decides what to do after a call. */
export function judge(job: CompletionJob, called: Relayed): Judgement {
  switch (called.kind) {
    case "relayed":
      return called;
    case "answer":
      return classify(called.answer, {
        now: Date.now(),
        isFreeModel: isFreeModel(job.data.model),
      });
  }
  const { reason, message } = called.failure;
  const status = reason === "timeout" ? 504 : 502;
  if (called.kind === "broken") {
    const isAborted = reason === "aborted";
    const why = isAborted ? "The worker had to stop" : message;
    return { kind: "broken", status, message: why };
  }
  return reason === "aborted"
    ? { kind: "aborted" }
    : { kind: "transient", status, retryAfterMs: undefined };
}
