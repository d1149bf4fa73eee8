import type { BatchChange, BatchRecord } from "../records/batch-record.ts";

type Reason = { code: string; message: string; param: string | null };

/** How a batch ends whose results are written. */
export function endOf({ status, expiredAt }: BatchRecord): BatchChange {
  if (status === "cancelling") {
    return { status: "cancelled", cancelledAt: Date.now() };
  }
  return expiredAt === undefined
    ? { status: "completed", completedAt: Date.now() }
    : { status: "expired" };
}

/** How a batch ends that cannot go on. */
export function failedBecause(reason: Reason): BatchChange {
  return {
    status: "failed",
    failedAt: Date.now(),
    errors: [{ ...reason, line: null }],
  };
}

/**
 * How a batch ends that threw again and again: cancelled or expired if it was about to be,
 * else failed.
 *
 * @param batch undefined when its record cannot be read.
 */
export function givenUpBecause(
  batch: BatchRecord | undefined,
  message: string,
): BatchChange {
  const failed = failedBecause({ code: "batch_failed", message, param: null });
  const { errors = [] } = failed;
  if (!batch) return failed;
  if (batch.status === "cancelling") return { ...endOf(batch), errors };
  if (!hasExpired(batch)) return failed;
  const { expiredAt = Date.now() } = batch;
  return { status: "expired", expiredAt, errors };
}

/** Whether a batch's time is over, although it may not have ended. */
export function hasExpired(batch: BatchRecord): boolean {
  const isWhole =
    batch.status === "finalizing" && batch.expiredAt === undefined;
  return !isWhole && Date.now() >= batch.expiresAt;
}
