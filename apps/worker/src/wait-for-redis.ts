import { untilTaken } from "@openrouter-free-pool/shared/redis/until-taken";
import type { Logger } from "pino";

/** Runs a step of a start, again and again until Redis takes it. */
export type WaitForRedis = <Result>(
  step: () => Promise<Result>,
) => Promise<Result>;

/**
 * Builds {@link WaitForRedis}, which logs each wait once.
 *
 * @param deps.signal ends the start: steps never resolve any more.
 */
export function createWaitForRedis(deps: {
  signal: AbortSignal;
  logger: Logger;
}): WaitForRedis {
  const { signal, logger } = deps;
  let isWaiting = false;
  return async function waitForRedis(step) {
    try {
      const result = await untilTaken(step, {
        isOver: () => signal.aborted,
        onRefusal(err) {
          if (!isWaiting)
            logger.error(
              { err },
              "Redis refuses commands: the worker waits for it",
            );
          isWaiting = true;
        },
      });
      if (isWaiting)
        logger.info("Redis takes commands again: the worker goes on");
      isWaiting = false;
      if (!signal.aborted) return result;
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    return new Promise(() => undefined);
  };
}
