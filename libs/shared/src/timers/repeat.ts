import type { Logger } from "pino";
import { withFallback } from "./with-timeout.ts";

/** How long a task that is running may take to end when it is stopped: one that waits for a server that hangs does not. */
const stopTimeoutMs = 3_000;

/** A task that runs until it is stopped. */
export type Repetition = {
  /** Resolves when the task has ended, or has not ended in time. */
  stop(): Promise<void>;
};

/**
 * Runs a task every `intervalMs`, never twice at a time; a failure is logged and does not end it.
 */
export function repeat(
  task: () => Promise<void>,
  options: { intervalMs: number; name: string; logger: Logger },
): Repetition {
  const { intervalMs, name, logger } = options;
  let running: Promise<void> | undefined;
  const timer = setInterval(() => {
    running ??= task()
      .catch((error: unknown) => logger.warn({ err: error }, `${name} failed`))
      .finally(() => {
        running = undefined;
      });
  }, intervalMs);
  return {
    async stop() {
      clearInterval(timer);
      if (running) await withFallback(running, stopTimeoutMs, undefined);
    },
  };
}
