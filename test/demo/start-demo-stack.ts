import { type Stack, startStack } from "../support/processes/stack.ts";
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
    // What a gateway does by itself: it is to be shown as it is.
    guardMs: windowMs / 100,
    workers,
    simulator: { quotaMode: "sliding", latencyMs, jitterMs },
  });
}
