import { findRedis } from "../../scripts/redis/find-redis.ts";
import { NoRedisError } from "../../scripts/redis/no-redis-error.ts";
import { removeKeys } from "../support/remove-keys.ts";
import { startStack } from "../support/stack.ts";
import { runBurst } from "./run-burst.ts";
import { settings } from "./settings.ts";
import { showProgress } from "./show-progress.ts";
import { introduction, summarise } from "./summarise.ts";

const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => interrupted.abort());
}

/** Starts everything, drives the burst through it and tells how it went. */
async function runDemo(): Promise<number> {
  console.log(introduction);
  const redis = await findRedis({ purpose: "demo" });
  try {
    const stack = await startStack({
      redisUrl: redis.url,
      accounts: settings.accounts,
      perMinute: settings.perMinute,
      windowMs: settings.windowMs,
      workers: settings.workers,
      simulator: { latencyMs: 200, jitterMs: 100, quotaMode: "sliding" },
    });
    try {
      const burst = runBurst(stack.url, interrupted.signal);
      const progress = showProgress(stack.url, burst);
      await burst.finished;
      await progress.stop();
      if (interrupted.signal.aborted) return 130;
      const { text, isLossless } = summarise(
        burst,
        await stack.simulator.summary(),
      );
      console.log(text);
      return isLossless ? 0 : 1;
    } finally {
      await stack.stop();
      await removeKeys(redis.url, stack.prefix);
    }
  } finally {
    await redis.stop();
  }
}

try {
  process.exitCode = await runDemo();
} catch (error) {
  if (!(error instanceof NoRedisError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
