import type { Overview } from "../read/read-overview.ts";
import { formatClock, formatCount, formatDuration } from "./format.ts";

/** How much attention something wants. */
export type Tone = "good" | "notice" | "bad" | "quiet";

/** The one sentence that answers: is anything wrong? */
type Headline = {
  readonly tone: Tone;
  readonly text: string;
  readonly detail: string;
};

/** Finds what matters most at the moment. */
export function findHeadline(overview: Overview): Headline {
  return findStandstill(overview) ?? findShortage(overview) ?? tell(overview);
}

function findStandstill({
  view,
  status,
  depth,
  workers,
}: Overview): Headline | undefined {
  if (workers.length === 0) {
    return {
      tone: "bad",
      text: "No worker is alive",
      detail: "Requests wait in the queue and nothing is sent to OpenRouter.",
    };
  }
  if (depth.isPaused) {
    return {
      tone: "notice",
      text: "The queue is paused",
      detail:
        "New requests wait until somebody resumes it; calls in flight go on.",
    };
  }
  if (status.keys.length === 0 || view.pool.keys.every((key) => key.retired)) {
    return {
      tone: "bad",
      text: "No key is usable",
      detail: "New requests are refused with 503 until a key is back in use.",
    };
  }
  return undefined;
}

function findShortage(overview: Overview): Headline | undefined {
  const { status, view, drainMs } = overview;
  const { dayEndsAt, now } = view.pool;
  if (status.pool.leftToday === 0) {
    return {
      tone: "notice",
      text: "Today's calls are used up",
      detail: `Waiting requests go on at ${formatClock(dayEndsAt)} UTC, in ${formatDuration(dayEndsAt - now)}.`,
    };
  }
  const lost = view.pool.keys.filter(
    ({ retired }) => retired && retired.reason !== "taken-out",
  ).length;
  if (lost > 0) {
    return {
      tone: "notice",
      text: `${countOf(lost, "key")} of ${formatCount(status.keys.length)} out of use`,
      detail: `The others carry on. ${tell(overview).detail}`,
    };
  }
  if (drainMs === undefined) {
    return {
      tone: "notice",
      text: "The queue is longer than the quota of three days",
      detail: "Add accounts, or expect many requests to wait out their time.",
    };
  }
  return undefined;
}

function tell({ view, status, drainMs = 0 }: Overview): Headline {
  if (view.waiting === 0) {
    const detail =
      status.pool.slotsFree > 0
        ? "Requests go straight out."
        : "Every account is at its limit for the moment; the next request waits for a slot.";
    return { tone: "good", text: "Nothing waits", detail };
  }
  return {
    tone: "good",
    text: "Working through the queue",
    detail: `${countOf(view.waiting, "request")} waiting; the last of them goes out in about ${formatDuration(drainMs)}.`,
  };
}

function countOf(count: number, thing: string): string {
  return `${formatCount(count)} ${thing}${count === 1 ? "" : "s"}`;
}
