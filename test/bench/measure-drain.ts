import { type BurstFigures, measureBurst } from "../demo/measure-burst.ts";
import { runBurst } from "../demo/run-burst.ts";
import { settings } from "../demo/settings.ts";
import { startDemoStack } from "../demo/start-demo-stack.ts";

/** How the demo's burst drained. */
export type DrainResult = BurstFigures & { readonly requests: number };

/** Drives the demo's burst through a stack of its own. */
export async function measureDrain(redisUrl: string): Promise<DrainResult> {
  const stack = await startDemoStack(redisUrl);
  try {
    const burst = await runBurst(stack.url, new AbortController().signal);
    await burst.finished;
    const figures = measureBurst(burst, await stack.simulator.summary());
    return { requests: settings.requests, ...figures };
  } finally {
    await stack.stop();
  }
}
