/** A time limit that runs. */
type Timeout = {
  /** Aborts when the time is over, or the user interrupts. */
  readonly signal: AbortSignal;
  /** Gives the whole time again. */
  restart(): void;
  /** Stops the time until the next restart. */
  pause(): void;
  /** Ends the timeout; to be called in every case. */
  stop(): void;
};

/**
 * Starts a time limit for a request. `AbortSignal.any` is not used: requests are sent for days, and
 * the signal of the interruption would refer to all of them.
 */
export function startTimeout(
  timeoutMs: number,
  interrupted?: AbortSignal,
): Timeout {
  const controller = new AbortController();
  const abort = () => controller.abort();
  let timer = setTimeout(abort, timeoutMs);
  interrupted?.addEventListener("abort", abort);
  if (interrupted?.aborted) abort();
  return {
    signal: controller.signal,
    restart() {
      clearTimeout(timer);
      timer = setTimeout(abort, timeoutMs);
    },
    pause: () => clearTimeout(timer),
    stop() {
      clearTimeout(timer);
      interrupted?.removeEventListener("abort", abort);
    },
  };
}
