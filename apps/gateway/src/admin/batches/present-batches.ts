import {
  type BatchForecast,
  hasEnded,
} from "@openrouter-free-pool/shared/api/batch-object";
import type { BatchRecord } from "../../batches/records/batch-record.ts";
import { findObstacle } from "../../batches/retry/find-obstacle.ts";
import {
  formatAgo,
  formatCount,
  formatDate,
  formatDuration,
} from "../../text/format.ts";
import { say } from "../../words/say.ts";
import type { ActionLink } from "../actions/action-names.ts";
import { countLines, type LineCounts, listFailures } from "./count-lines.ts";
import { presentState } from "./present-state.ts";

/** Older counts say nothing about the present rate. */
const newsMs = 15_000;

/**
 * What the page says about a batch.
 *
 * @param figures.nameOwner the name of a client, by its id.
 * @param figures.quotaLeft calls that the pool may still make today; undefined when unknown.
 * @param figures.obstacle why the pool makes no calls; undefined when it makes some, or the reason
 * is unknown.
 */
export function presentBatch(
  batch: BatchRecord,
  figures: {
    now: number;
    nameOwner: (owner: string) => string;
    quotaLeft: number | undefined;
    obstacle: string | undefined;
    forecast: BatchForecast;
  },
) {
  const { now, nameOwner, forecast } = figures;
  const { id, status, completed, failed } = batch;
  const lines = countLines(batch);
  const { total } = lines;
  const done = lines.answered + lines.failed;
  const isUnderWay = status === "in_progress";
  const isNews = now - (batch.countedAt ?? 0) < newsMs;
  const perSecond = isUnderWay && isNews ? batch.perSecond : undefined;
  return {
    id,
    name: batch.inputName ?? `${id.slice(0, 14)}…`,
    facts: describeFacts(batch, { now, nameOwner }),
    state: presentState(status, lines),
    total,
    done,
    progress: say("batches.progress", {
      done: formatCount(done),
      total: formatCount(total),
    }),
    percent: total === 0 ? "" : `${Math.floor((100 * done) / total)} %`,
    counts: describeCounts(lines),
    rate: perSecond === undefined ? "–" : formatRate(perSecond),
    eta: describeEnd(batch, { ...figures, perSecond }),
    forecast: describeForecast(batch, forecast),
    failures: listFailures(batch).map(
      ([code, count]) => `${formatCount(count)}\u00a0×\u00a0${code}`,
    ),
    problems: (batch.errors ?? []).slice(0, 3).map(describeProblem),
    downloads: [
      ...(completed > 0
        ? [{ label: say("batches.output"), of: "output" }]
        : []),
      ...(failed > 0 ? [{ label: say("batches.errors"), of: "errors" }] : []),
    ],
    actions: actionsFor(batch),
  };
}

/** The lines by their result, where the bar alone does not show it. */
function describeCounts({ answered, failed, notCalled }: LineCounts): string {
  if (failed + notCalled === 0) return "";
  return [
    say("batches.answered", { count: formatCount(answered) }),
    ...(failed > 0
      ? [say("batches.failed", { count: formatCount(failed) })]
      : []),
    ...(notCalled > 0
      ? [say("batches.notCalled", { count: formatCount(notCalled) })]
      : []),
  ].join(say("common.comma"));
}

function describeFacts(
  { endpoint, owner, createdAt }: BatchRecord,
  { now, nameOwner }: { now: number; nameOwner: (owner: string) => string },
): string {
  const created = formatAgo(Math.max(0, now - createdAt));
  return owner
    ? say("batches.factsOwner", { endpoint, created, owner: nameOwner(owner) })
    : say("batches.facts", { endpoint, created });
}

function actionsFor(batch: BatchRecord): ActionLink[] {
  const { id: target, status } = batch;
  if (status === "validating" || status === "in_progress") {
    return [{ action: "cancel-batch", target, label: say("batches.cancel") }];
  }
  return findObstacle(batch)
    ? []
    : [{ action: "retry-batch", target, label: say("batches.retry") }];
}

function describeEnd(
  batch: BatchRecord,
  figures: {
    now: number;
    perSecond: number | undefined;
    quotaLeft: number | undefined;
    obstacle: string | undefined;
    forecast: BatchForecast;
  },
): string {
  const { now, perSecond, quotaLeft, obstacle, forecast } = figures;
  if (hasEnded(batch)) {
    const endedAt =
      batch.completedAt ??
      batch.cancelledAt ??
      batch.expiredAt ??
      batch.failedAt ??
      now;
    return say("batches.took", {
      time: formatDuration(endedAt - batch.createdAt),
    });
  }
  const { calls, ends_at: endsAt } = forecast;
  if (!calls) return "–";
  if (obstacle !== undefined) return obstacle;
  const isEnough = quotaLeft === undefined || calls <= quotaLeft;
  // The present rate is better than any plan, but says nothing about the days after today.
  if (perSecond && isEnough) {
    return say("batches.in", {
      time: formatDuration((calls / perSecond) * 1_000),
    });
  }
  return endsAt === null
    ? say("batches.endUnknown")
    : formatDate(endsAt * 1_000);
}

/** The quota that a batch still needs, and whether its window is too short for it. */
function describeForecast(
  { expiresAt }: BatchRecord,
  { calls, ends_at: endsAt, account_days: accountDays }: BatchForecast,
) {
  if (!calls || accountDays === null) return undefined;
  const isLate = endsAt !== null && endsAt * 1_000 > expiresAt;
  return {
    quota: say("batches.accountDays", { days: accountDays.toFixed(1) }),
    warning: isLate
      ? say("batches.expiresBefore", { date: formatDate(expiresAt) })
      : undefined,
  };
}

function describeProblem({
  line,
  message,
}: {
  line: number | null;
  message: string;
}): string {
  return line === null ? message : say("batches.problem", { line, message });
}

function formatRate(perSecond: number): string {
  return perSecond >= 1
    ? say("batches.perSecond", {
        rate: perSecond.toFixed(perSecond < 10 ? 1 : 0),
      })
    : say("batches.perMinute", { rate: (60 * perSecond).toFixed(1) });
}
