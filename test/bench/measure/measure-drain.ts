import { slotPeriodMs } from "@openrouter-free-pool/shared/key-pool/slots/usable-time";
import { type BurstFigures, measureBurst } from "../../demo/measure-burst.ts";
import { runBurst } from "../../demo/run-burst.ts";
import { optimumMs, settings } from "../../demo/settings.ts";
import { startDemoStack } from "../../demo/start-demo-stack.ts";
import { chat } from "../../support/clients/chat.ts";
import { percentile } from "../../support/percentile.ts";
import type { Stack } from "../../support/processes/stack.ts";

/** How the demo's burst drained. */
export type DrainResult = BurstFigures & {
  readonly requests: number;
  /** The optimum with what the limiter keeps clear in every window: its guard, and how long a grant may be used. */
  readonly boundMs: number;
  /** Drain time by that. */
  readonly boundRatio: number;
  /** How long a call really took its slot, median. */
  readonly slotMs: number;
};

/** Drives the demo's burst through a stack of its own. */
export async function measureDrain(redisUrl: string): Promise<DrainResult> {
  const stack = await startDemoStack(redisUrl);
  try {
    // A model that was never called is called once before it is called by many: that is not the limiter's time.
    await chat(stack.url, { model: settings.model });
    const burst = await runBurst(stack.url, new AbortController().signal);
    await burst.finished;
    const figures = measureBurst(burst, await stack.simulator.summary());
    const boundMs = findBoundMs(stack);
    return {
      requests: settings.requests,
      ...figures,
      boundMs,
      boundRatio: figures.drainMs / boundMs,
      slotMs: await measureSlotMs(stack),
    };
  } finally {
    await stack.stop();
  }
}

function findBoundMs({ env }: Stack): number {
  const { windowMs, perMinute } = settings;
  const guardMs = Number(env.RATE_LIMIT_GUARD_MS);
  const limits = { windowMs, guardMs, perMinute, perDay: 0, dayMs: 0 };
  return (optimumMs / windowMs) * slotPeriodMs(limits);
}

/** The time between a call of an account and the one that takes its place. */
async function measureSlotMs({ simulator }: Stack): Promise<number> {
  const sentAt = new Map<string, number[]>();
  for (const { account, path, at } of await simulator.calls()) {
    if (!account || path !== "/chat/completions") continue;
    sentAt.set(account, [...(sentAt.get(account) ?? []), at]);
  }
  const taken = [...sentAt.values()].flatMap((times) =>
    times
      .slice(settings.perMinute)
      .map((at, i) => at - (times[i] ?? Number.NaN)),
  );
  return percentile(taken, 50);
}
