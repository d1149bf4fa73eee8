import type { CallResult } from "../answer/call-result.ts";

/**
 * Whether a call that failed says that its model does not answer. A connection that broke before an answer does not, nor
 * a call that we ended: its client has stopped the stream, or reads none of it.
 */
export function isModelsFault(result: CallResult): boolean {
  switch (result.kind) {
    case "no-answer":
      return result.failure.reason === "timeout";
    case "broken": {
      const { reason } = result.failure;
      return reason !== "aborted" && reason !== "reader-stalled";
    }
    default:
      return true;
  }
}
