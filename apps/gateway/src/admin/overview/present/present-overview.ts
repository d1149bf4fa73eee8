import { priorityNames } from "@openrouter-free-pool/shared/queue/priorities";
import { resolutions } from "@openrouter-free-pool/shared/statistics/resolutions";
import { summarize } from "../../../history/stretches.ts";
import {
  formatCount,
  formatDuration,
  formatOptional,
} from "../../../text/format.ts";
import type { Overview } from "../read/read-overview.ts";
import { findHeadline } from "./headline.ts";
import type { KeySelection } from "./key-selection.ts";
import { presentFailures } from "./present-failures.ts";
import { presentHistory } from "./present-history.ts";
import { presentKeys } from "./present-keys.ts";

const rateOverMs = 60_000;

/** Everything that the page's templates show, as text. */
export function presentOverview(
  overview: Overview,
  options: { selection: KeySelection; canAddKeys: boolean },
) {
  return {
    headline: findHeadline(overview),
    tiles: presentTiles(overview),
    queue: presentQueue(overview),
    keys: {
      ...presentKeys(overview, options.selection),
      canAdd: options.canAddKeys,
    },
    workers: presentWorkers(overview),
    cooling: overview.cooling.map(({ model, until }) => ({
      model,
      leftMs: until - overview.view.pool.now,
    })),
    failures: presentFailures(overview.buckets, overview.view.pool.now),
    history: presentHistory(overview),
    formatDuration,
    formatCount,
  };
}

function presentTiles(overview: Overview) {
  const { view, status, left, buckets, limits } = overview;
  const waiting = left.requests + left.lines;
  const { pool } = status;
  const dayTotal = status.pool.leftToday + usedToday(overview);
  const lastMinute = summarize(
    buckets.slice(-rateOverMs / resolutions.seconds.sliceMs),
  );
  return [
    {
      label: "Waiting",
      value: formatCount(waiting),
      note: `${left.lines > 0 ? `${formatCount(left.lines)} in batches; ` : ""}${formatCount(view.inFlight)} in flight`,
    },
    {
      label: "Empty in",
      value: waiting === 0 ? "–" : formatOptional(left.drainMs),
      note: "until the last one goes out",
    },
    {
      label: "Slots free now",
      value: formatCount(pool.slotsFree),
      note: `of ${formatCount(pool.perMinute)} per ${formatDuration(limits.windowMs)}`,
    },
    {
      label: "Left today",
      value: formatCount(pool.leftToday),
      note: `of ${formatCount(dayTotal)}; new day in ${formatDuration(view.pool.dayEndsAt - view.pool.now)}`,
    },
    {
      label: "Keys available",
      value: formatCount(pool.available),
      note: `of ${formatCount(pool.keys)} in ${formatCount(pool.accounts)} account${pool.accounts === 1 ? "" : "s"}`,
    },
    {
      label: "Answered",
      value: formatCount(lastMinute.answered),
      note: `in the last minute; ${formatCount(lastMinute.failed)} failed`,
    },
  ];
}

function usedToday({ view }: Overview): number {
  const usable = new Set(
    view.pool.keys.filter((key) => !key.retired).map((key) => key.account),
  );
  return [...usable].reduce((sum, name) => {
    const { dayUsed = 0, perDay = 0 } = view.pool.accounts.get(name) ?? {};
    return sum + Math.min(dayUsed, perDay);
  }, 0);
}

function presentQueue({ view, depth }: Overview) {
  return {
    isPaused: depth.isPaused,
    inFlight: formatCount(view.inFlight),
    delayed: formatCount(depth.delayed),
    lines: priorityNames.map((name) => ({
      priority: name.replace(/^./, (first) => first.toUpperCase()),
      waiting: formatCount(view.inLine[name]),
      head: formatOptional(depth.headWaits.get(name)),
    })),
  };
}

function presentWorkers({ workers, view }: Overview) {
  return workers.map(({ id, details }) => ({
    id: id.slice(0, 8),
    where: details ? `${details.host}, process ${details.pid}` : "unknown",
    version: details?.version ?? "–",
    inFlight: details?.inFlight ?? 0,
    concurrency: details?.concurrency ?? 0,
    up: details ? formatUp(view.pool.now - details.startedAt) : "–",
  }));
}

/** The view may be a moment older than the worker. */
function formatUp(ms: number): string {
  return formatDuration(Math.max(0, ms));
}
