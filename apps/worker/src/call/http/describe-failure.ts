import type { NoAnswer } from "../../answer/outcome.ts";
import type { CallDeadline } from "./call-deadline.ts";
import { UnknownEncodingError } from "./decode-body.ts";
import { AnswerTooLargeError, NoRoomError } from "./read-whole.ts";
import { type Sending, TooLateError } from "./sending.ts";

/** Describes why a call returned no complete answer. */
export function describeFailure(
  error: unknown,
  call: {
    readonly signal: AbortSignal;
    readonly deadline: CallDeadline;
    readonly sending: Sending;
  },
): NoAnswer {
  const wasSent = call.sending.wasBegun;
  if (call.signal.aborted) {
    return { reason: "aborted", message: "aborted", wasSent };
  }
  if (error instanceof TooLateError) {
    const message = "The call could not be sent in time";
    return { reason: "too-late", message, wasSent: false };
  }
  if (error instanceof NoRoomError) {
    const message =
      "The gateway's workers had no room for OpenRouter's answer in time";
    return { reason: "no-room", message, wasSent };
  }
  if (call.deadline.isOver) {
    const message = "OpenRouter did not answer in time";
    return { reason: "timeout", message, wasSent };
  }
  if (error instanceof AnswerTooLargeError) {
    const message = "OpenRouter's answer is too large";
    return { reason: "too-large", message, wasSent };
  }
  if (error instanceof UnknownEncodingError) {
    const message = "OpenRouter's answer has an unknown encoding";
    return { reason: "network", message, wasSent };
  }
  const code = codeOf(error);
  const message = code.startsWith("Z_")
    ? `OpenRouter's answer is not encoded as it says (${code})`
    : `The connection to OpenRouter failed (${code})`;
  return { reason: "network", message, wasSent };
}

/** Whether a request that was not sent may succeed on another connection at once. */
export function isLostConnection(error: unknown): boolean {
  return ["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"].includes(codeOf(error));
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error
    ? String(error.code)
    : "unknown";
}
