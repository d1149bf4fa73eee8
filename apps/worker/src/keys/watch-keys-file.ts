import { stat } from "node:fs/promises";
import { ConfigError } from "@openrouter-free-pool/shared/config/load-config";
import {
  type Repetition,
  repeat,
} from "@openrouter-free-pool/shared/timers/repeat";
import type { Logger } from "pino";

/**
 * How often the file is polled, in ms. Change events fail for files that are replaced by renaming,
 * for Kubernetes' secrets (links to links) and on network file systems.
 */
const pollMs = 1_000;

/**
 * Calls `onChange` when the file has changed and then stayed the same for one more poll, so that a
 * half-written one is not read; also once at the start, as it may have changed since it was read. A
 * change that cannot be used is reported once; one that could not be taken over, as Redis was away, is
 * tried again.
 *
 * @param onChange throws a {@link ConfigError} when the file is wrong.
 */
export function watchKeysFile(
  path: string,
  onChange: () => Promise<void>,
  logger: Logger,
): Repetition {
  let used: string | undefined;
  let seen: string | undefined;
  let reported: string | undefined;

  async function poll(): Promise<void> {
    const state = await describeFile(path);
    const stoodStill = state === seen;
    seen = state;
    if (!stoodStill || state === used) return;
    try {
      await onChange();
      used = state;
    } catch (error) {
      if (error instanceof ConfigError) used = state;
      if (state === reported) return;
      reported = state;
      const reason = error instanceof Error ? error.message : String(error);
      logger.error({ reason }, "The keys' file was not taken over");
    }
  }

  return repeat(poll, {
    intervalMs: pollMs,
    name: "Looking at the keys' file",
    logger,
  });
}

async function describeFile(path: string): Promise<string> {
  try {
    const { ino, size, mtimeMs } = await stat(path);
    return `${ino} ${size} ${mtimeMs}`;
  } catch {
    return "gone";
  }
}
