import type { CompletionProgress } from "@openrouter-free-pool/shared/queue/completion-job";
import type { TokenUse } from "@openrouter-free-pool/shared/queue/finished-request";
import type { FailureReply } from "@openrouter-free-pool/shared/replies/reply";
import type { UpstreamAnswer } from "../answer/outcome.ts";

/**
 * What happens to a request, with the reply to its client. Each of them ends this worker's
 * ownership of the job, which is in exactly one place afterwards. Durations in ms.
 */
export type Disposition =
  /** The client gets OpenRouter's answer. `upstreamMs`: duration of the call. */
  | {
      readonly kind: "answered";
      readonly answer: UpstreamAnswer;
      readonly calledModel: string;
      /** The model that the answer is from, where it is another one. */
      readonly answeringModel?: string | undefined;
      readonly upstreamMs: number;
      readonly tokens?: TokenUse | undefined;
    }
  /** The client gets an error of ours, and hears when to come again. */
  | {
      readonly kind: "failed";
      readonly code: FailureReply["code"];
      readonly retryAfterMs?: number;
    }
  /** Everything of a stream has been sent. */
  | { readonly kind: "stream-ended" }
  /** A stream that had begun cannot go on; the client gets an error event. */
  | {
      readonly kind: "stream-broken";
      readonly status: number;
      readonly message: string;
      readonly upstreamMs: number;
    }
  /** Its client has the answer, but the worker that sent it was lost before it could say so. */
  | { readonly kind: "closed" }
  /** Back to the head of the line: no slot was free. */
  | { readonly kind: "put-back" }
  /** Back to the head of the line, from where it goes to wait until its client's budget has room. */
  | { readonly kind: "held-for-client" }
  /** Delayed until its model has cooled down; it keeps its place. */
  | { readonly kind: "deferred-for-model"; readonly cooldownMs: number }
  /** Delayed while other calls find out whether its models are served. */
  | {
      readonly kind: "deferred-for-proof";
      readonly models: readonly string[];
      readonly heldMs: number;
    }
  /** Delayed until its gateway is back or surely dead; it keeps its place. */
  | { readonly kind: "deferred-for-gateway"; readonly awayMs: number }
  /** Delayed with back-off after a transient failure; it keeps its place. */
  | {
      readonly kind: "retried";
      readonly progress: CompletionProgress;
      readonly statedMs: number | undefined;
    }
  /** Its lock has lapsed: it is left to the worker that holds it by now, or takes it up next. */
  | { readonly kind: "left" }
  /** Nobody waits for it any more. */
  | { readonly kind: "dropped" }
  /** Its gateway seems dead; if it is alive, it is told. */
  | { readonly kind: "disowned" }
  /** Its client has gone while it was in hand. */
  | { readonly kind: "cancelled"; readonly reason: string }
  /** The worker stops; another one goes on with it. */
  | { readonly kind: "interrupted"; readonly reason: string };
