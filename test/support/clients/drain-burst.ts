import { expect, inject } from "vitest";
import { startStack } from "../processes/stack.ts";
import { burst, countStatuses } from "./chat.ts";

const windowMs = 6_000;
/** A tenth of the window, as nobody needs: this machine may be busy with other things. */
const guardMs = 600;

/** 150 requests over 3 accounts × 20 a window: 60 at once, 60 after one window, 30 after two. */
const optimumMs = 2 * windowMs;

/**
 * Has a stack drain 150 requests that come at once, and checks that all are answered and none is
 * refused, by the gateway or by OpenRouter.
 *
 * @returns one line that says how long it took.
 */
export async function drainBurst(options: {
  workers: number;
  quotaMode: "sliding" | "clock";
}): Promise<string> {
  const { workers, quotaMode } = options;
  const stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 3,
    windowMs,
    workers,
    guardMs,
    simulator: { quotaMode, latencyMs: 200, jitterMs: 100 },
  });
  try {
    const startedAt = performance.now();
    const results = await burst(stack.url, 150, (i) => ({
      marker: `burst-${i}`,
    }));
    const drainMs = performance.now() - startedAt;

    const summary = await stack.simulator.summary();
    expect(countStatuses(results)).toEqual({ 200: 150 });
    expect(summary.quotaViolations).toBe(0);
    expect(summary.byKind).toEqual({ ok: 150 });
    expect(Math.max(...Object.values(summary.worstWindow))).toBe(20);
    for (const [index, { body }] of results.entries()) {
      expect(JSON.stringify(body)).toContain("choices");
      expect(results[index]?.headers.get("x-attempts")).toBe("1");
    }
    return `drained in ${Math.round(drainMs)} ms; the optimum is ${optimumMs} ms, ${2 * guardMs} ms of guard and one call`;
  } finally {
    await stack.stop();
  }
}
