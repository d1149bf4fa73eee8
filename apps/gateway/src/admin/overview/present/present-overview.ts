import { priorityNames } from "@openrouter-free-pool/shared/queue/priorities";
import { resolutions } from "@openrouter-free-pool/shared/statistics/resolutions";
import { summarize } from "../../../history/stretches.ts";
import {
  formatCount,
  formatDuration,
  formatOptional,
  formatPeriod,
} from "../../../text/format.ts";
import { say } from "../../../words/say.ts";
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
  const lastMinute = summarize(
    buckets.slice(-rateOverMs / resolutions.seconds.sliceMs),
  );
  return [
    {
      label: say("overview.tile.waiting"),
      value: formatCount(waiting),
      note:
        left.lines > 0
          ? say("overview.tile.waitingNoteBatches", {
              lines: formatCount(left.lines),
              inFlight: formatCount(view.inFlight),
            })
          : say("overview.tile.waitingNote", {
              inFlight: formatCount(view.inFlight),
            }),
    },
    {
      label: say("overview.tile.empty"),
      value: waiting === 0 ? "–" : formatOptional(left.drainMs),
      note: say("overview.tile.emptyNote"),
    },
    {
      label: say("overview.tile.slots"),
      value: formatCount(pool.slotsFree),
      note: say("overview.tile.slotsNote", {
        count: formatCount(pool.perMinute),
        window: formatPeriod(limits.windowMs),
      }),
    },
    {
      label: say("overview.tile.left"),
      value: formatCount(pool.leftToday),
      note: say("overview.tile.leftNote", {
        count: formatCount(pool.perDay),
        time: formatDuration(view.pool.dayEndsAt - view.pool.now),
      }),
    },
    {
      label: say("overview.tile.keys"),
      value: formatCount(pool.available),
      note: say("overview.tile.keysNote", {
        keys: formatCount(pool.keys),
        accounts: pool.accounts,
      }),
    },
    {
      label: say("overview.tile.answered"),
      value: formatCount(lastMinute.answered),
      note: say("overview.tile.answeredNote", {
        failed: formatCount(lastMinute.failed),
      }),
    },
  ];
}

function presentQueue({ view, depth }: Overview) {
  return {
    isPaused: view.isPaused,
    inFlight: formatCount(view.inFlight),
    delayed: formatCount(depth.delayed),
    held: formatCount(depth.held),
    lines: priorityNames.map((name) => ({
      priority: say(`overview.queue.${name}`),
      waiting: formatCount(view.inLine[name]),
      head: formatOptional(depth.headWaits.get(name)),
    })),
  };
}

function presentWorkers({ workers, view }: Overview) {
  return workers.map(({ id, details }) => ({
    id: id.slice(0, 8),
    where: details
      ? say("overview.workers.where", details)
      : say("overview.workers.unknown"),
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
