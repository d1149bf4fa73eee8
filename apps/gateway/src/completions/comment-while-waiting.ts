import { setTimeout as sleep } from "node:timers/promises";
import type { ClientStream } from "./client-stream.ts";
import type { ReadPlace } from "./read-place.ts";

/** Redis may hang; the comment goes out without the place then. */
const patienceMs = 1_000;

/**
 * Sends a comment now and then until OpenRouter begins to answer, so that no proxy
 * closes a line on which nothing happens.
 *
 * @returns a function that ends it.
 */
export function commentWhileWaiting(options: {
  stream: ClientStream;
  intervalMs: number;
  jobId: () => string;
  readPlace: ReadPlace;
}): () => void {
  const { stream, intervalMs, jobId, readPlace } = options;
  let isOver = false;
  const timer = setInterval(async () => {
    const place = await Promise.race([
      readPlace(jobId()).catch(() => undefined),
      sleep(patienceMs, undefined, { ref: false }),
    ]);
    if (isOver || stream.hasStarted) return;
    stream.comment(`queued position=${place ?? 0}`);
  }, intervalMs);
  return () => {
    isOver = true;
    clearInterval(timer);
  };
}
