import { burst } from "../support/chat.ts";
import { startStack } from "../support/stack.ts";

const requests = 150;
const windowMs = 6_000;
const optimumMs = 2 * windowMs;

/** How a burst drained. */
export type DrainResult = {
  readonly requests: number;
  readonly answered: number;
  readonly upstream429s: number;
  readonly drainMs: number;
  readonly optimumMs: number;
  readonly ratio: number;
};

/** 150 requests at once over 3 accounts of 20 calls a window. */
export async function measureDrain(redisUrl: string): Promise<DrainResult> {
  const stack = await startStack({
    redisUrl,
    accounts: 3,
    perMinute: 20,
    windowMs,
    workers: 2,
    simulator: { latencyMs: 200, jitterMs: 100 },
  });
  try {
    const startedAt = performance.now();
    const answers = await burst(stack.url, requests);
    const drainMs = performance.now() - startedAt;
    const { byStatus } = await stack.simulator.summary();
    return {
      requests,
      answered: answers.filter(({ status }) => status === 200).length,
      upstream429s: byStatus["429"] ?? 0,
      drainMs,
      optimumMs,
      ratio: drainMs / optimumMs,
    };
  } finally {
    await stack.stop();
  }
}
