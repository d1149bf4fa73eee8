import { setTimeout as sleep } from "node:timers/promises";
import { ReplyError } from "ioredis";
import { isRedisOutage } from "./redis-outage.ts";

const retryMs = 1_000;

/**
 * Runs a step until Redis takes its commands: also a server that answers may refuse them for now,
 * because of the password, or while it is full, saves, loads or lacks replicas.
 *
 * @param options.isOver whether to give up: the refusal is thrown then.
 * @throws an error that is not Redis's at once.
 */
export async function untilTaken<Result>(
  step: () => Promise<Result>,
  options: {
    isOver: () => boolean;
    /** Called each time that Redis has refused. */
    onRefusal?: (error: unknown) => void;
  },
): Promise<Result> {
  for (;;) {
    try {
      return await step();
    } catch (error) {
      // Whatever a server answers, its operator can mend it while this process runs.
      const isRefusal = error instanceof ReplyError || isRedisOutage(error);
      if (!isRefusal || options.isOver()) throw error;
      options.onRefusal?.(error);
    }
    await sleep(retryMs);
  }
}
