import type { BatchChange, BatchRecord } from "../records/batch-record.ts";

type Reason = { code: string; message: string; param: string | null };

// `now` is ms since the epoch of Redis's clock, as all times of a batch are.

/** How a batch ends whose results are written. */
export function endOf(
  { status, expiredAt }: BatchRecord,
  now: number,
): BatchChange {
  if (status === "cancelling") {
    return { status: "cancelled", cancelledAt: now };
  }
  return expiredAt === undefined
    ? { status: "completed", completedAt: now }
    : { status: "expired" };
}

/** How a batch ends that cannot go on. */
export function failedBecause(reason: Reason, now: number): BatchChange {
  return {
    status: "failed",
    failedAt: now,
    errors: [{ ...reason, line: null }],
  };
}

/**
 * How a batch ends that threw repeatedly: cancelled or expired if it was about to be, else failed.
 *
 * @param batch undefined when its record cannot be read.
 */
export function givenUpBecause(
  batch: BatchRecord | undefined,
  message: string,
  now: number,
): BatchChange {
  const reason = { code: "batch_failed", message, param: null };
  const failed = failedBecause(reason, now);
  const { errors = [] } = failed;
  if (!batch) return failed;
  if (batch.status === "cancelling") return { ...endOf(batch, now), errors };
  if (!hasExpired(batch, now)) return failed;
  const { expiredAt = now } = batch;
  return { status: "expired", expiredAt, errors };
}

/** Whether a batch's time is over, even if it has not ended. */
export function hasExpired(batch: BatchRecord, now: number): boolean {
  const isWhole =
    batch.status === "finalizing" && batch.expiredAt === undefined;
  return !isWhole && now >= batch.expiresAt;
}
