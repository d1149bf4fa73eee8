import type { Logger } from "pino";
import { ConfigError } from "../config/load-config.ts";
import { longestTimerMs } from "../timers/longest-timer.ts";

/** Signals closer together than this count as one. */
const sameSignalMs = 1_000;

/** A part of a process that must be closed when the process stops. */
type Closer = () => Promise<void>;

/** Loads the configuration, or ends the process with one line for each wrong setting. */
export function loadConfigOrExit<Config>(load: () => Config): Config {
  try {
    return load();
  } catch (error) {
    return exitOnConfigError(error);
  }
}

/** Ends the process with one line for each wrong setting. @throws any other error. */
export function exitOnConfigError(error: unknown): never {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}

/**
 * Closes everything in reverse order of creation when the process is told to
 * stop, and ends it; also when a second signal comes or `deadlineMs` passes.
 *
 * @param options.finishWork comes first, and ends with nothing in hand. It returns why the rest
 *   cannot be closed in order: then nobody waits for that.
 */
export function closeOnSignals(
  closers: readonly Closer[],
  options: {
    deadlineMs: number;
    logger: Logger;
    finishWork?: () => Promise<string | undefined>;
  },
): void {
  const { deadlineMs, logger, finishWork } = options;
  let stoppingSince: number | undefined;

  async function stop(signal: string): Promise<void> {
    if (stoppingSince !== undefined) {
      // A Ctrl-C often arrives twice: from the terminal, and passed on by npm.
      if (performance.now() - stoppingSince < sameSignalMs) return;
      logger.warn("Stopped at once, on a second signal");
      process.exit(1);
    }
    stoppingSince = performance.now();
    logger.info({ signal }, "Stopping");
    setTimeout(
      () => {
        logger.error("Stopping took too long");
        process.exit(1);
      },
      Math.min(deadlineMs, longestTimerMs),
    ).unref();
    const obstacle = await finishWork?.().catch((error: unknown) => {
      // What can be closed in order still is.
      logger.error({ err: error }, "Finishing work failed");
      return undefined;
    });
    if (obstacle === undefined) {
      await closeAll();
      logger.info("Stopped");
    } else {
      logger.warn({ reason: obstacle }, "Stopped, with nothing in hand");
    }
    process.exit(0);
  }

  async function closeAll(): Promise<void> {
    for (const close of closers.toReversed()) {
      await close().catch((error: unknown) =>
        logger.error({ err: error }, "Closing failed"),
      );
    }
  }

  process.on("SIGTERM", () => void stop("SIGTERM"));
  process.on("SIGINT", () => void stop("SIGINT"));
  process.on("uncaughtException", (error) => {
    logger.fatal({ err: error }, "Unforeseen error");
    process.exit(1);
  });
}
