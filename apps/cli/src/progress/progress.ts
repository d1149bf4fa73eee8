import type { Batch } from "../gateway/objects.ts";
import {
  formatCount,
  formatDuration,
  formatRate,
  formatTime,
} from "./format.ts";

/** How far a batch is. */
export type Progress = {
  readonly batch: string;
  readonly status: Batch["status"];
  readonly total: number;
  readonly completed: number;
  readonly failed: number;
  readonly perSecond: number | undefined;
  /** Calls that the whole pool may still make today; undefined when it is not known. */
  readonly quotaLeft: number | undefined;
  /** Expected time until the end, in ms. */
  readonly etaMs: number | undefined;
  /** The gateway's forecast of the end, in s since the epoch; null when it has none. */
  readonly endsAt: number | null;
};

/** Works out the progress of a batch. */
export function describeProgress(
  { id, status, request_counts: counts, forecast }: Batch,
  perSecond: number | undefined,
  quotaLeft: number | undefined,
): Progress {
  const left = counts.total - counts.completed - counts.failed;
  // What today's quota is not enough for goes on with the next day: the rate says nothing of that.
  const isKnown =
    left > 0 && perSecond && (quotaLeft === undefined || left <= quotaLeft);
  return {
    batch: id,
    status,
    ...counts,
    perSecond,
    quotaLeft,
    etaMs: isKnown ? (left / perSecond) * 1_000 : undefined,
    endsAt: forecast.ends_at,
  };
}

const barWidth = 24;

/** A line of at most `columns` characters. */
export function drawProgress(progress: Progress, columns: number): string {
  const { status, total, completed, failed, quotaLeft, etaMs, endsAt } =
    progress;
  if (status === "validating") return "validating …";
  const share = total === 0 ? 0 : (completed + failed) / total;
  const filled = Math.round(share * barWidth);
  const bar = "█".repeat(filled) + "░".repeat(barWidth - filled);
  const left = total - completed - failed;
  const parts = [
    `${bar} ${Math.floor(share * 100)}%`,
    `${formatCount(completed + failed)}/${formatCount(total)}`,
    status === "in_progress" ? formatRate(progress.perSecond) : status,
    failed > 0 ? `${formatCount(failed)} failed` : "",
    quotaLeft === undefined ? "" : `quota left ${formatCount(quotaLeft)}`,
    etaMs !== undefined
      ? `ETA ${formatDuration(etaMs)}`
      : quotaLeft !== undefined && left > quotaLeft
        ? describeLaterEnd(endsAt)
        : "",
  ];
  return parts
    .filter((part) => part !== "")
    .join("  ")
    .slice(0, columns);
}

function describeLaterEnd(endsAt: number | null): string {
  return endsAt === null
    ? "goes on when new quota comes"
    : `ends about ${formatTime(endsAt, Date.now())}`;
}
