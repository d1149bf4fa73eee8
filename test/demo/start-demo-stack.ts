import { type Stack, startStack } from "../support/stack.ts";
import { settings } from "./settings.ts";

/** Starts what the burst is driven through. */
export function startDemoStack(redisUrl: string): Promise<Stack> {
  const { accounts, perMinute, windowMs, workers } = settings;
  const { latencyMs, jitterMs } = settings;
  return startStack({
    redisUrl,
    accounts,
    perMinute,
    windowMs,
    workers,
    simulator: { quotaMode: "sliding", latencyMs, jitterMs },
  });
}
