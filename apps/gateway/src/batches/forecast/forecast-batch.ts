import type { BatchForecast } from "@openrouter-free-pool/shared/api/batch-object";
import type { BatchBacklog } from "../records/batch-store.ts";
import type { WhenCalled } from "./plan-days.ts";

/** Input of the forecast of a batch. */
export type BatchOutlook = {
  /** Undefined when nothing is known about the pool. */
  readonly whenCalled: WhenCalled | undefined;
  /** Calls that one account may make in a day. */
  readonly callsPerAccountDay: number;
  /** Requests on the queue, lines of batches among them. */
  readonly waiting: number;
  /** Those of them that have the priority of batches. */
  readonly waitingLow: number;
  /** Every open batch; the one in question may be among them. */
  readonly backlogs: readonly BatchBacklog[];
  /** The share of the pace that a batch of an owner has; absent: all have the same. */
  readonly shareOf?: (owner: string | undefined) => number;
  /** When so many calls fit the owner's own budget, ms since the epoch; absent: at once. */
  readonly whenAffordable?: (
    owner: string | undefined,
    calls: number,
  ) => number;
};

/**
 * The forecast of a batch. Open batches share the pace, so each of them takes at most its share of
 * what this one takes until this one ends. Requests of waiting clients go first.
 */
export function forecastBatch(
  { id, owner, calls }: BatchBacklog,
  outlook: BatchOutlook,
): BatchForecast {
  if (calls === undefined) {
    return { calls: null, ends_at: null, account_days: null };
  }
  const others = outlook.backlogs.filter((other) => other.id !== id);
  const inBatches = others.reduce((sum, other) => sum + (other.calls ?? 0), 0);
  const shares = others.reduce(
    (sum, other) => sum + Math.min(other.calls ?? 0, calls * ratioTo(other)),
    0,
  );
  // Lines that are on the queue already are part of the batches' calls.
  const onQueue =
    outlook.waiting - Math.min(outlook.waitingLow, inBatches + calls);
  const place = Math.ceil(onQueue + shares + calls);
  const inPool = calls > 0 ? outlook.whenCalled?.(place) : undefined;
  const inBudget = outlook.whenAffordable?.(owner, calls) ?? 0;
  const endsAt = inPool && Math.max(inPool, inBudget);
  const { callsPerAccountDay: perDay } = outlook;
  return {
    calls,
    ends_at: endsAt === undefined ? null : Math.ceil(endsAt / 1_000),
    account_days: perDay > 0 ? Math.round((10 * calls) / perDay) / 10 : null,
  };

  function ratioTo(other: BatchBacklog): number {
    const { shareOf = () => 1 } = outlook;
    return shareOf(other.owner) / shareOf(owner);
  }
}
