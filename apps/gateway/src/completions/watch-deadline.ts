import { setTimeout as sleep } from "node:timers/promises";

/** A call that is under way at the deadline is let finish; look again this often. */
const lookAgainMs = 1_000;
/** Redis may hang; the client is not to wait for it. */
const patienceMs = 2_000;

/**
 * Calls `onWaitedOut` when the deadline has passed and the request is not at
 * OpenRouter at that moment.
 *
 * A job that Redis did not remove in time is not sent either: workers check the
 * deadline before each call.
 *
 * @returns a function that ends the watch.
 */
export function watchDeadline(options: {
  /** ms since the epoch of this process's clock. */
  deadline: number;
  /** Takes the job off the queue; false when a worker holds it. */
  removeJob: () => Promise<boolean>;
  onWaitedOut: () => void;
}): () => void {
  const { deadline, removeJob, onWaitedOut } = options;
  let isOver = false;

  async function look(): Promise<void> {
    const isOffTheQueue = await Promise.race([
      removeJob().catch(() => true),
      sleep(patienceMs, true, { ref: false }),
    ]);
    if (isOver) return;
    if (isOffTheQueue) onWaitedOut();
    else timer = setTimeout(look, lookAgainMs);
  }

  let timer = setTimeout(look, Math.max(0, deadline - Date.now()));
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}
