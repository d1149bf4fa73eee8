/** Why the work on a job is aborted: its client has gone. */
export const cancelledReason = "cancelled";

/** Why the work on a job is aborted: the worker stops, and another one goes on. */
export const stoppingReason = "worker stops";

/** The reason of an abort; undefined when there was none. */
export function readAbortReason(signal: AbortSignal): string | undefined {
  return signal.aborted ? String(signal.reason) : undefined;
}
