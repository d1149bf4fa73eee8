import type { Logger } from "pino";

/** A task that runs until it is stopped. */
export type Repetition = { stop(): Promise<void> };

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
      await running;
    },
  };
}
