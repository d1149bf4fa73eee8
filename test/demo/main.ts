import { findRedis } from "../../scripts/redis/find-redis.ts";
import { NoRedisError } from "../../scripts/redis/no-redis-error.ts";
import { listenForStopSignals } from "../../scripts/stack/stop-signals.ts";
import { removeKeys } from "../support/redis/remove-keys.ts";
import { describeFigures } from "./describe-figures.ts";
import { introduction } from "./introduction.ts";
import { measureBurst } from "./measure-burst.ts";
import { requireRedis } from "./require-redis.ts";
import { runBurst } from "./run-burst.ts";
import { showProgress } from "./show-progress.ts";
import { showSignInLink } from "./show-sign-in-link.ts";
import { startDemoStack } from "./start-demo-stack.ts";

const interruptedExitCode = 130;

const stop = listenForStopSignals();
const interrupted = new AbortController();
void stop.requested.then(() => interrupted.abort());

/** Finds a Redis, shows the burst on it, and leaves nothing behind. */
async function runDemo(): Promise<number> {
  console.log(introduction);
  const redis = await findRedis({ purpose: "demo" });
  try {
    await requireRedis(redis.url);
    return stop.isRequested() ? interruptedExitCode : await runOn(redis.url);
  } finally {
    await redis.stop();
  }
}

/** @returns the exit code. */
async function runOn(redisUrl: string): Promise<number> {
  const stack = await startDemoStack(redisUrl);
  try {
    if (stop.isRequested()) return interruptedExitCode;
    showSignInLink(stack);
    const burst = await runBurst(stack.url, interrupted.signal);
    const progress = showProgress(stack.url, burst);
    await burst.finished;
    await progress.stop();
    if (stop.isRequested()) {
      console.error("\n  Interrupted: stopping everything …");
      return interruptedExitCode;
    }
    const figures = measureBurst(burst, await stack.simulator.summary());
    console.log(describeFigures(figures));
    return figures.isComplete ? 0 : 1;
  } finally {
    await stack.stop();
    await removeKeys(redisUrl, stack.prefix);
  }
}

try {
  process.exitCode = await runDemo();
} catch (error) {
  if (!(error instanceof NoRedisError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
