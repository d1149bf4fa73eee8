import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { classifyFault, type FaultKind } from "./classify-fault.ts";
import { pauseAfter } from "./fault-budget.ts";

/** Redis and the storage are tried at least this often while they are away. */
const longestPauseMs = 10_000;

/** Runs repeatable steps, with growing pauses while Redis or the storage is away. */
export class OutageRetry {
  readonly #deps: RetryDeps;
  #attempts = 0;

  constructor(deps: RetryDeps) {
    this.#deps = deps;
  }

  /**
   * Runs a step once.
   *
   * @param mayPass what is waited for; any other error is thrown.
   * @returns undefined after an outage: repeat the step.
   */
  async attempt<Value>(
    mayPass: readonly FaultKind[],
    step: () => Promise<Value>,
  ): Promise<Value | "stopped" | undefined> {
    const { batchId, stop, logger } = this.#deps;
    try {
      const value = await step();
      this.#attempts = 0;
      return value;
    } catch (error) {
      if (stop.aborted) return "stopped";
      if (!mayPass.includes(classifyFault(error))) throw error;
      this.#attempts += 1;
      const pauseMs = pauseAfter(this.#attempts, longestPauseMs);
      logger.warn({ batchId, err: error, pauseMs }, "A batch is held up");
      this.#deps.onOutage();
      await sleep(pauseMs, undefined, { signal: stop }).catch(() => undefined);
      return undefined;
    }
  }
}

type RetryDeps = {
  readonly batchId: string;
  readonly stop: AbortSignal;
  /** Called after each outage, before the pause. */
  readonly onOutage: () => void;
  readonly logger: Logger;
};
