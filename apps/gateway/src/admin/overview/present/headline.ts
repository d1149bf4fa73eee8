import { describeObstacle } from "@openrouter-free-pool/shared/api/describe-obstacle";
import { findProbeFailure } from "@openrouter-free-pool/shared/key-pool/keys/probe-results";
import {
  formatClock,
  formatDate,
  formatDuration,
  formatPeriod,
} from "../../../text/format.ts";
import { say } from "../../../words/say.ts";
import type { Overview } from "../read/read-overview.ts";
import { type Bottleneck, findBottleneck } from "./find-bottleneck.ts";

/** How much attention something needs. */
export type Tone = "good" | "notice" | "bad" | "quiet";

/** The one sentence that says whether anything is wrong, and what to do about it. */
type Headline = {
  readonly tone: Tone;
  readonly text: string;
  readonly detail: string;
};

/** A longer time is shown as a date. */
const longMs = 12 * 3_600_000;

/** Finds what matters most now: the bottleneck, or keys that are lost. */
export function findHeadline(overview: Overview): Headline {
  const bottleneck = findBottleneck(overview);
  if (bottleneck !== undefined && bottleneck !== "minute") {
    return describe[bottleneck](overview);
  }
  return findLostKeys(overview) ?? describePace(overview, bottleneck);
}

const describe: Record<
  Exclude<Bottleneck, "minute">,
  (overview: Overview) => Headline
> = {
  "no-worker": () => ({
    tone: "bad",
    text: say("headline.noWorker"),
    detail: say("headline.noWorkerDetail"),
  }),
  paused: (overview) => ({
    tone: "notice",
    text: say("headline.paused"),
    detail: say("headline.pausedDetail", { left: countLeft(overview) }),
  }),
  "no-key": ({ status, workers }) => ({
    tone: "bad",
    text: capitalize(
      describeObstacle({ keys: status.keys, workers: workers.length }) ?? "",
    ),
    detail: say("headline.noKeyDetail", { advice: adviceOnKeys(status) }),
  }),
  unreachable: ({ probes, status }) => ({
    tone: "bad",
    text: say("headline.unreachable"),
    detail: say("headline.unreachableDetail", {
      reason:
        findProbeFailure(
          probes,
          status.keys.map(({ id }) => id),
        ) ?? "",
    }),
  }),
  day: ({ view: { pool } }) => ({
    tone: "notice",
    text: say("headline.day"),
    detail: say("headline.dayDetail", {
      clock: formatClock(pool.dayEndsAt),
      time: formatDuration(pool.dayEndsAt - pool.now),
    }),
  }),
  "workers-full": ({ workers, status, left }) => ({
    tone: "notice",
    text: say("headline.workersFull", { workers: workers.length }),
    detail: say("headline.workersFullDetail", {
      left: countLeft({ left }),
      slots: status.pool.slotsFree,
    }),
  }),
  model: ({ cooling, view, left }) => ({
    tone: "notice",
    text:
      cooling.length === 1
        ? say("headline.modelCools", { model: cooling[0]?.model ?? "" })
        : say("headline.modelsCool", { count: cooling.length }),
    detail: say("headline.modelsCoolDetail", {
      left: countLeft({ left }),
      count: cooling.length,
      time: formatDuration(
        Math.max(
          0,
          Math.min(...cooling.map(({ until }) => until)) - view.pool.now,
        ),
      ),
    }),
  }),
  quota: ({ status: { pool }, left, view }) => ({
    tone: "notice",
    text: say("headline.quota"),
    detail: say("headline.quotaDetail", {
      left: countLeft({ left }),
      calls: pool.leftToday,
      perDay: pool.perDay,
      end: describeEnd({ left, view }),
    }),
  }),
};

function findLostKeys(overview: Overview): Headline | undefined {
  const { view, status } = overview;
  const lost = view.pool.keys.filter(
    ({ retired }) => retired && retired.reason !== "taken-out",
  ).length;
  if (lost === 0) return undefined;
  return {
    tone: "notice",
    text: say("headline.lostKeys", { lost, keys: status.keys.length }),
    detail: say("headline.lostKeysDetail", {
      pace: describePace(overview, undefined).detail,
    }),
  };
}

function describePace(
  overview: Overview,
  bottleneck: "minute" | undefined,
): Headline {
  const { pool } = overview.status;
  const { requests, lines } = overview.left;
  if (requests + lines === 0) {
    const detail = say(
      pool.slotsFree > 0 ? "headline.straightOut" : "headline.nextWaits",
    );
    return { tone: "good", text: say("headline.nothingWaits"), detail };
  }
  const facts = { left: countLeft(overview), end: describeEnd(overview) };
  return {
    tone: "good",
    text: say("headline.working"),
    detail:
      bottleneck === "minute"
        ? say("headline.workingDetailMinute", {
            ...facts,
            calls: pool.perMinute,
            window: formatPeriod(pool.windowMs),
          })
        : say("headline.workingDetail", facts),
  };
}

/** "5 requests and 4,900 lines of 1 batch wait". */
function countLeft({ left }: Pick<Overview, "left">): string {
  const { requests, lines, batches } = left;
  if (requests + lines === 0) return say("headline.left.none");
  if (lines === 0) return say("headline.left.requests", { requests });
  if (requests === 0) return say("headline.left.lines", { lines, batches });
  return say("headline.left.both", { requests, lines, batches });
}

function describeEnd({
  left: { drainMs },
  view: { pool },
}: Pick<Overview, "left" | "view">): string {
  if (drainMs === undefined) return say("headline.end.unknown");
  return drainMs > longMs
    ? say("headline.end.date", { date: formatDate(pool.now + drainMs) })
    : say("headline.end.soon", { time: formatDuration(drainMs) });
}

function adviceOnKeys({ keys }: Overview["status"]): string {
  if (keys.length === 0) return say("headline.advice.none");
  return keys.some(({ state }) => state === "taken-out")
    ? say("headline.advice.takenOut")
    : say("headline.advice.broken");
}

function capitalize(text: string): string {
  return text.replace(/^./, (first) => first.toUpperCase());
}
