import type { DestinationStream } from "pino";
import buildRollingFile from "pino-roll";
import { ConfigError } from "../config/load-config.ts";

/** Older files are removed when a new one begins, so that logs take about 1 GB at most. */
const keptFiles = 20;

/**
 * Opens a log file that is rotated daily and at 50 MB: `logs/app.log` becomes
 * `logs/app.2026-11-23.1.log`, `….2.log` and so on. Processes of one machine may
 * share it: each line is appended whole.
 *
 * @throws {ConfigError} when it cannot be written.
 */
export async function openLogFile(file: string): Promise<DestinationStream> {
  try {
    return await buildRollingFile({
      file,
      frequency: "daily",
      dateFormat: "yyyy-MM-dd",
      size: "50m",
      limit: { count: keptFiles, removeOtherLogFiles: true },
      mkdir: true,
      // The last lines of a process often are the ones that matter.
      sync: true,
    });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError(
      `LOG_FILE: got ${JSON.stringify(file)}, wants a file that can be written (${why})`,
      { cause },
    );
  }
}
