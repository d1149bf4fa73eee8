import type { Batch } from "../gateway/objects.ts";

/** The pool's figures on which a batch's progress depends. */
export type PoolFigures = {
  /** Calls that the whole pool may still make today; undefined when unknown. */
  readonly quotaLeft: number | undefined;
  /** Why the pool makes no calls; undefined when it makes some, or the reason is unknown. */
  readonly obstacle: string | undefined;
};

/** The progress of a batch. Times in s since the epoch. */
export type Progress = PoolFigures & {
  readonly batch: string;
  readonly status: Batch["status"];
  readonly total: number;
  readonly completed: number;
  readonly failed: number;
  readonly perSecond: number | undefined;
  /** Expected time until the end, in ms. */
  readonly etaMs: number | undefined;
  /** The gateway's forecast of the end; null when it has none. */
  readonly endsAt: number | null;
  /** When the batch's window ends. */
  readonly expiresAt: number | null;
};

/** Computes the progress of a batch. */
export function describeProgress(
  { id, status, request_counts: counts, forecast, expires_at }: Batch,
  perSecond: number | undefined,
  pool: PoolFigures,
): Progress {
  const left = counts.total - counts.completed - counts.failed;
  const { quotaLeft, obstacle } = pool;
  // A batch that today's quota is not enough for continues on the next day, about which the rate
  // says nothing.
  const isKnown =
    left > 0 &&
    perSecond &&
    obstacle === undefined &&
    (quotaLeft === undefined || left <= quotaLeft);
  return {
    batch: id,
    status,
    ...counts,
    perSecond,
    quotaLeft,
    obstacle,
    etaMs: isKnown ? (left / perSecond) * 1_000 : undefined,
    endsAt: forecast.ends_at,
    expiresAt: expires_at,
  };
}
