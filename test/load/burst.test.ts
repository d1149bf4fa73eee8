import { afterEach, expect, inject, test } from "vitest";
import { burst, countStatuses } from "../support/chat.ts";
import { type Stack, startStack } from "../support/stack.ts";

let stack: Stack | undefined;
afterEach(() => stack?.stop());

const windowMs = 6_000;
/** A tenth of the window, as nobody needs: this machine may be busy with other things. */
const guardMs = 600;

/** 150 requests over 3 accounts × 20 a window: 60 at once, 60 after one window, 30 after two. */
const optimumMs = 2 * windowMs;

test.for([
  { workers: 2, quotaMode: "sliding" },
  { workers: 4, quotaMode: "sliding" },
  { workers: 4, quotaMode: "clock" },
] as const)(
  "150 requests at once are all answered, none refused, with $workers workers in $quotaMode mode",
  async ({ workers, quotaMode }, { annotate }) => {
    stack = await startStack({
      redisUrl: inject("redisUrl"),
      accounts: 3,
      windowMs,
      workers,
      guardMs,
      simulator: { quotaMode, latencyMs: 200, jitterMs: 100 },
    });
    const startedAt = performance.now();
    const results = await burst(stack.url, 150, (i) => ({
      marker: `burst-${i}`,
    }));
    const drainMs = performance.now() - startedAt;

    const summary = await stack.simulator.summary();
    await annotate(
      `drained in ${Math.round(drainMs)} ms; the optimum is ${optimumMs} ms, ${2 * guardMs} ms of guard and one call`,
    );
    expect(countStatuses(results)).toEqual({ 200: 150 });
    expect(summary.quotaViolations).toBe(0);
    expect(summary.byKind).toEqual({ ok: 150 });
    expect(Math.max(...Object.values(summary.worstWindow))).toBe(20);
    for (const [index, { body }] of results.entries()) {
      expect(JSON.stringify(body)).toContain("choices");
      expect(results[index]?.headers.get("x-attempts")).toBe("1");
    }
  },
);
