import { setTimeout as sleep } from "node:timers/promises";
import { hasEnded } from "@openrouter-free-pool/shared/api/batch-object";
import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import type { Logger } from "pino";
import { classifyFault, describeFault } from "../faults/classify-fault.ts";
import { FaultBudget } from "../faults/fault-budget.ts";
import { LeaseLostError } from "../faults/lease-lost-error.ts";
import type { BatchRecord } from "../records/batch-record.ts";
import type { BatchStore } from "../records/batch-store.ts";
import { givenUpBecause, hasExpired } from "./batch-ends.ts";
import type { Lease } from "./lease.ts";
import type { RunPhase } from "./run-phase.ts";

/** How often a batch that is held up checks whether it was cancelled. */
const pollEveryMs = 1_000;
/** A batch that was cancelled or has expired ends after so few tries. */
const mostTriesAtTheEnd = 3;
/** A client may still be reading the partial output when its batch ends. */
const journalKeptMs = 3_600_000;

/** Leads a batch until it has ended, or `stop` aborts. It can continue from any point. */
export type RunBatch = (
  batchId: string,
  lease: Lease,
  stop: AbortSignal,
) => Promise<void>;

/**
 * Builds {@link RunBatch}: phase after phase. A phase that throws is repeated after growing
 * pauses, while the lease is kept. Outages of Redis and the storage may last; any other
 * fault ends the batch after `mostTries` tries without progress.
 */
export function createRunBatch(deps: {
  batches: BatchStore;
  runPhase: RunPhase;
  mostTries: number;
  clock: RedisClock;
  /** Schedules the removal of a journal. */
  removeJournalAfter: (batchId: string, afterMs: number) => Promise<void>;
  /** Called for a batch that has ended, at least once. */
  onEnded: (batch: BatchRecord) => Promise<void>;
  logger: Logger;
}): RunBatch {
  const { batches, clock, logger } = deps;

  async function close(batchId: string, journalMs: number): Promise<void> {
    await deps.removeJournalAfter(batchId, journalMs);
    const batch = await batches.find(batchId);
    // Before the batch is closed: if this gateway dies in between, its successor reports the end.
    if (batch && hasEnded(batch)) await deps.onEnded(batch);
    await batches.close(batchId);
  }

  /** Ends a batch without its final phase; the results that it has stay readable. */
  async function giveUp(
    batchId: string,
    lease: Lease,
    { batch, error }: { batch: BatchRecord | undefined; error: unknown },
  ): Promise<boolean> {
    const outcome = await batches.update(batchId, {
      leaseId: lease.id,
      ...(batch ? { expected: batch.status } : {}),
      change: givenUpBecause(batch, describeFault(error), clock.now()),
    });
    if (outcome === "lease-lost") throw new LeaseLostError();
    if (outcome === "other-status") return false;
    logger.error({ batchId, err: error }, "A batch was given up");
    const leftMs = Math.max(0, (batch?.expiresAt ?? 0) - clock.now());
    await close(batchId, leftMs + (batch?.outputTtlMs ?? journalKeptMs));
    return true;
  }

  /** @returns whether the batch has no leader any more. */
  async function tryToGiveUp(
    ...[batchId, lease, what]: Parameters<typeof giveUp>
  ): Promise<boolean> {
    try {
      return await giveUp(batchId, lease, what);
    } catch (error) {
      logger.warn({ batchId, err: error }, "A batch could not be given up");
      return error instanceof LeaseLostError;
    }
  }

  /** Waits for the next try; shorter when the batch is cancelled or expires meanwhile. */
  async function waitForTry(
    batchId: string,
    { batch, pauseMs, stop }: WaitOptions,
  ): Promise<void> {
    const deadline = performance.now() + pauseMs;
    const wasExpired = batch === undefined || hasExpired(batch, clock.now());
    for (;;) {
      const leftMs = deadline - performance.now();
      if (leftMs <= 0 || stop.aborted) return;
      await sleep(Math.min(leftMs, pollEveryMs), undefined, {
        signal: stop,
      }).catch(() => undefined);
      if (!batch || wasExpired) continue;
      if (hasExpired(batch, clock.now())) return;
      const status = await batches.readStatus(batchId).catch(() => undefined);
      if (status !== undefined && status !== batch.status) return;
    }
  }

  return async function runBatch(batchId, lease, stop) {
    const budget = new FaultBudget();
    // A batch that was validated here has no jobs yet.
    let isTakeOver = true;
    let batch: BatchRecord | undefined;
    while (!stop.aborted) {
      try {
        batch = undefined;
        batch = await batches.find(batchId);
        if (!batch || hasEnded(batch)) {
          return await close(batchId, journalKeptMs);
        }
        const leaseId = lease.id;
        await deps.runPhase(batch, { leaseId, isTakeOver, stop });
        isTakeOver = batch.status !== "validating";
      } catch (error) {
        if (stop.aborted || error instanceof LeaseLostError) return;
        isTakeOver = true;
        const fault = describe(batch, error, {
          mostTries: deps.mostTries,
          now: clock.now(),
        });
        const pauseMs = budget.record(fault);
        if (pauseMs !== undefined) {
          logger.warn({ batchId, err: error, pauseMs }, "A batch is held up");
        } else if (await tryToGiveUp(batchId, lease, { batch, error })) return;
        const waitMs = pauseMs ?? pollEveryMs;
        await waitForTry(batchId, { batch, pauseMs: waitMs, stop });
      }
    }
  };
}

type WaitOptions = {
  batch: BatchRecord | undefined;
  pauseMs: number;
  stop: AbortSignal;
};

function describe(
  batch: BatchRecord | undefined,
  error: unknown,
  { mostTries, now }: { mostTries: number; now: number },
) {
  const kind = classifyFault(error);
  const isEnding =
    batch !== undefined &&
    (batch.status === "cancelling" || hasExpired(batch, now));
  return {
    progress: batch
      ? [batch.status, batch.completed + batch.failed, isEnding].join()
      : "unreadable",
    isCounted: kind === "fault" || (kind === "storage-outage" && isEnding),
    mostTries:
      isEnding && kind === "fault"
        ? Math.min(mostTries, mostTriesAtTheEnd)
        : mostTries,
  };
}
