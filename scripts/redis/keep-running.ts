import { setTimeout as delay } from "node:timers/promises";
import { say } from "../words/say.mjs";
import { NoRedisError } from "./no-redis-error.ts";
import type { PrivateRedis } from "./private-redis.ts";

interface KeepRunningOptions {
  /** Called each time that the server has ended by itself. */
  onEnded: () => void;
  /** Throws a {@link NoRedisError} where the server must not be started again. */
  beforeRestart: () => void;
  /** Waits before each restart; after the last one the server is given up. */
  restartDelaysMs?: number[];
  /** After running this long, earlier restarts do not count any more. */
  steadyMs?: number;
}

interface KeptRunning {
  /** Resolves when the server has ended and is not started again; never after `leaveEnded()`. */
  gaveUp: Promise<void>;
  /** From now on a server that ends is not started again. */
  leaveEnded: () => void;
}

type Server = Pick<PrivateRedis, "untilEnded" | "restart" | "dataDir">;

const defaults = {
  // The first one is short: nothing works without Redis, and most servers are killed only once.
  restartDelaysMs: [100, 1_000, 2_000, 4_000, 8_000],
  steadyMs: 60_000,
};

/** Starts a server again, on the same data, each time that it ends by itself, and says so. */
export function keepRunning(
  redis: Server,
  options: KeepRunningOptions,
): KeptRunning {
  const stopping = new AbortController();
  const gaveUp = Promise.withResolvers<void>();
  restartUntilGivenUp(redis, { ...defaults, ...options }, stopping.signal).then(
    (reason) => {
      if (stopping.signal.aborted) return;
      console.error(reason);
      gaveUp.resolve();
    },
    gaveUp.reject,
  );
  return { gaveUp: gaveUp.promise, leaveEnded: () => stopping.abort() };
}

/** @returns why the server is not started again. */
async function restartUntilGivenUp(
  redis: Server,
  options: KeepRunningOptions & typeof defaults,
  signal: AbortSignal,
): Promise<string | undefined> {
  let restarts = 0;
  let startedAt = performance.now();
  let reason = await redis.untilEnded();
  for (;;) {
    if (signal.aborted) return undefined;
    options.onEnded();
    if (performance.now() - startedAt >= options.steadyMs) restarts = 0;
    const delayMs = options.restartDelaysMs[restarts];
    if (delayMs === undefined)
      return say("redisGivenUp", { reason, folder: redis.dataDir });
    restarts += 1;
    console.error(say("redisRestarting", { reason, seconds: delayMs / 1_000 }));
    await delay(delayMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return undefined;
    try {
      options.beforeRestart();
      startedAt = performance.now();
      await redis.restart();
      startedAt = performance.now();
      reason = await redis.untilEnded();
    } catch (error) {
      if (error instanceof NoRedisError) return error.message;
      // A long start that failed is no steady run.
      startedAt = performance.now();
      reason = error instanceof Error ? error.message : String(error);
    }
  }
}
