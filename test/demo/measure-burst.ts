import type { Summary } from "../simulator/start-simulator.ts";
import { percentile } from "../support/percentile.ts";
import type { Burst, BurstAnswer } from "./run-burst.ts";
import { optimumMs, settings } from "./settings.ts";

/** How the burst went, all in all. Durations in ms. */
export type BurstFigures = {
  readonly answered: number;
  /** How often each status other than 200 came. */
  readonly rejections: Readonly<Record<number, number>>;
  readonly rejected: number;
  /** Requests without any answer, and what became of the first of them. */
  readonly lost: number;
  readonly firstLoss: string | undefined;
  /** Calls that OpenRouter's stand-in refused for its limits. */
  readonly upstream429s: number;
  readonly drainMs: number;
  /** Drain time by the time that the limits alone demand. */
  readonly drainRatio: number;
  /** Time that went neither into waiting for a slot nor into the call. */
  readonly addedP50Ms: number;
  readonly addedP99Ms: number;
  /** Whether every request got its answer. */
  readonly isComplete: boolean;
};

/** Sums up a burst that is over. */
export function measureBurst(burst: Burst, simulator: Summary): BurstFigures {
  const answered = burst.answers.filter(({ status }) => status === 200);
  const rejections: Record<number, number> = {};
  for (const { status } of burst.answers) {
    if (status !== 200) rejections[status] = (rejections[status] ?? 0) + 1;
  }
  const added = answered.map(addedLatencyMs);
  const drainMs = burst.elapsedMs();
  return {
    answered: answered.length,
    rejections,
    rejected: burst.answers.length - answered.length,
    lost: burst.losses.length,
    firstLoss: describeLoss(burst.losses[0]),
    upstream429s: simulator.byStatus["429"] ?? 0,
    drainMs,
    drainRatio: drainMs / optimumMs,
    addedP50Ms: percentile(added, 50),
    addedP99Ms: percentile(added, 99),
    isComplete: answered.length === settings.requests,
  };
}

function addedLatencyMs({ tookMs, headers }: BurstAnswer): number {
  const queueMs = Number(headers["x-queue-time-ms"]);
  const upstreamMs = Number(headers["x-upstream-time-ms"]);
  return Math.max(0, tookMs - queueMs - upstreamMs);
}

function describeLoss(loss: unknown): string | undefined {
  if (loss === undefined) return undefined;
  return loss instanceof Error ? loss.message || loss.name : String(loss);
}
