import type {
  FailureReply,
  FinalReply,
} from "@openrouter-free-pool/shared/replies/reply";
import { bodyLost } from "../bodies/held-body.ts";
import { GatewayError } from "../errors/gateway-error.ts";
import {
  keysRateLimited,
  noUsableKey,
  removedByOperator,
  waitedOut,
} from "../errors/refusals.ts";

/** Why a request that was on the queue has no answer. */
export function toReplyError(
  reply: Exclude<FinalReply, { kind: "answer" }>,
  maxWaitMs: number,
): GatewayError {
  switch (reply.kind) {
    case "failure":
      return toFailureError(reply, maxWaitMs);
    case "stream-broken":
      return new GatewayError("stream-broken", reply.message);
    case "stream-end":
      return new GatewayError("internal", "A stream came for a plain request");
  }
}

function toFailureError(
  { code, retryAfterMs }: FailureReply,
  maxWaitMs: number,
): GatewayError {
  switch (code) {
    case "keys-rate-limited":
      return keysRateLimited({ maxWaitMs, retryAfterMs });
    case "no-usable-key":
      return noUsableKey(retryAfterMs);
    case "body-lost":
      return bodyLost();
    case "removed":
      return removedByOperator();
    case "model-gone":
      return new GatewayError(
        code,
        "OpenRouter does not serve the model any more",
      );
    case "waited-out":
      return waitedOut(maxWaitMs);
    case "worker-crashed":
      return new GatewayError(
        code,
        "Several workers ended while they handled this request",
      );
  }
}
