import {
  type BatchStatus,
  hasEnded,
} from "@openrouter-free-pool/shared/api/batch-object";
import type { BatchRecord } from "../../batches/records/batch-record.ts";
import {
  formatAgo,
  formatCount,
  formatDuration,
} from "../overview/present/format.ts";
import type { Tone } from "../overview/present/headline.ts";

/** Counts that are older say nothing about the rate of now. */
const newsMs = 15_000;

const states: Record<BatchStatus, { label: string; tone: Tone }> = {
  validating: { label: "validating", tone: "quiet" },
  in_progress: { label: "in progress", tone: "good" },
  finalizing: { label: "finalizing", tone: "good" },
  cancelling: { label: "cancelling", tone: "notice" },
  completed: { label: "completed", tone: "good" },
  failed: { label: "failed", tone: "bad" },
  expired: { label: "expired", tone: "bad" },
  cancelled: { label: "cancelled", tone: "quiet" },
};

/**
 * What the page says about a batch.
 *
 * @param quotaLeft calls that the pool may still make today; undefined when it is not known.
 */
export function presentBatch(
  batch: BatchRecord,
  now: number,
  quotaLeft: number | undefined,
) {
  const { id, status, total, completed, failed } = batch;
  const done = completed + failed;
  const isUnderWay = status === "in_progress";
  const isNews = now - (batch.countedAt ?? 0) < newsMs;
  const perSecond = isUnderWay && isNews ? batch.perSecond : undefined;
  return {
    id,
    owner: batch.owner,
    endpoint: batch.endpoint,
    created: formatAgo(Math.max(0, now - batch.createdAt)),
    state: states[status],
    total,
    done,
    progress: `${formatCount(done)} of ${formatCount(total)}`,
    percent: total === 0 ? "" : `${Math.floor((100 * done) / total)} %`,
    rate: perSecond === undefined ? "–" : formatRate(perSecond),
    eta: describeEnd(batch, { now, perSecond, quotaLeft }),
    failures: Object.entries(batch.failures)
      .sort(([, a], [, b]) => b - a)
      .map(([code, count]) => `${formatCount(count)} × ${code}`),
    problems: (batch.errors ?? []).slice(0, 3).map(describeProblem),
    downloads: [
      ...(completed > 0 ? [{ label: "Output", of: "output" }] : []),
      ...(failed > 0 ? [{ label: "Errors", of: "errors" }] : []),
    ],
  };
}

function describeEnd(
  batch: BatchRecord,
  figures: {
    now: number;
    perSecond: number | undefined;
    quotaLeft: number | undefined;
  },
): string {
  const { now, perSecond, quotaLeft } = figures;
  if (hasEnded(batch)) {
    const endedAt =
      batch.completedAt ??
      batch.cancelledAt ??
      batch.expiredAt ??
      batch.failedAt ??
      now;
    return `took ${formatDuration(endedAt - batch.createdAt)}`;
  }
  if (batch.status !== "in_progress") return "–";
  const left = batch.total - batch.completed - batch.failed;
  // Nobody knows how fast it goes on when today's quota is spent.
  if (quotaLeft !== undefined && left > quotaLeft) return "when quota comes";
  return perSecond ? `in ${formatDuration((left / perSecond) * 1_000)}` : "–";
}

function describeProblem({
  line,
  message,
}: {
  line: number | null;
  message: string;
}): string {
  return line === null ? message : `Line ${line}: ${message}`;
}

function formatRate(perSecond: number): string {
  return perSecond >= 1
    ? `${perSecond.toFixed(perSecond < 10 ? 1 : 0)} / s`
    : `${(60 * perSecond).toFixed(1)} / min`;
}
