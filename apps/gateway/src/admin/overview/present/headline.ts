import { describeObstacle } from "@openrouter-free-pool/shared/api/describe-obstacle";
import { findProbeFailure } from "@openrouter-free-pool/shared/key-pool/keys/probe-results";
import {
  formatClock,
  formatCount,
  formatDate,
  formatDuration,
} from "../../../text/format.ts";
import type { Overview } from "../read/read-overview.ts";
import { type Bottleneck, findBottleneck } from "./find-bottleneck.ts";

/** How much attention something wants. */
export type Tone = "good" | "notice" | "bad" | "quiet";

/** The one sentence that answers whether anything is wrong, and what to do about it. */
type Headline = {
  readonly tone: Tone;
  readonly text: string;
  readonly detail: string;
};

/** Beyond this the page tells a date. */
const longMs = 12 * 3_600_000;

/** Finds what matters most at the moment: the bottleneck, or keys that are lost. */
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
    text: "No worker is alive",
    detail:
      "Requests wait in the queue and nothing is sent to OpenRouter. Start a worker, or read the log of the one that ended.",
  }),
  paused: (overview) => ({
    tone: "notice",
    text: "The queue is paused",
    detail: `${countLeft(overview)} until somebody resumes it; calls in flight go on.`,
  }),
  "no-key": ({ status, workers }) => ({
    tone: "bad",
    text: capitalize(
      describeObstacle({ keys: status.keys, workers: workers.length }) ?? "",
    ),
    detail: `New requests are refused with 503. ${adviceOnKeys(status)}`,
  }),
  unreachable: ({ probes, status }) => ({
    tone: "bad",
    text: "OpenRouter cannot be reached",
    detail: `${findProbeFailure(
      probes,
      status.keys.map(({ id }) => id),
    )}. Calls are tried again, then answered with 502. Look at the workers' network, their HTTPS_PROXY and OPENROUTER_BASE_URL.`,
  }),
  day: ({ view: { pool } }) => ({
    tone: "notice",
    text: "Today's calls are used up",
    detail: `What waits goes on at ${formatClock(pool.dayEndsAt)} UTC, in ${formatDuration(pool.dayEndsAt - pool.now)}. A key of another account adds calls at once.`,
  }),
  "workers-full": ({ workers, status, left }) => ({
    tone: "notice",
    text: workers.length === 1 ? "The worker is full" : "The workers are full",
    detail: `${countLeft({ left })} although ${countOf(status.pool.slotsFree, "slot")} ${status.pool.slotsFree === 1 ? "is" : "are"} free. Start another worker, or raise WORKER_CONCURRENCY.`,
  }),
  model: ({ cooling, view, left }) => ({
    tone: "notice",
    text:
      cooling.length === 1
        ? `${cooling[0]?.model} cools down`
        : `${formatCount(cooling.length)} models cool down`,
    detail: `${countLeft({ left })} for ${cooling.length === 1 ? "it" : "them"}; the first is called again in ${formatDuration(Math.max(0, Math.min(...cooling.map(({ until }) => until)) - view.pool.now))}. Requests with a chain of models or pool/auto do not wait for one model.`,
  }),
  quota: ({ status: { pool }, left, view }) => ({
    tone: "notice",
    text: "The day's quota is the bottleneck",
    detail: `${countLeft({ left })}, and ${countOf(pool.leftToday, "call")} ${pool.leftToday === 1 ? "is" : "are"} left today of ${formatCount(pool.perDay)} a day; ${describeEnd({ left, view })}. Keys of more accounts make it sooner.`,
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
    text: `${countOf(lost, "key")} of ${formatCount(status.keys.length)} out of use`,
    detail: `The others carry on. ${describePace(overview, undefined).detail}`,
  };
}

function describePace(
  overview: Overview,
  bottleneck: "minute" | undefined,
): Headline {
  const { status, left } = overview;
  if (left.requests + left.lines === 0) {
    const detail =
      status.pool.slotsFree > 0
        ? "Requests go straight out."
        : "Every account is at its limit for the moment; the next request waits for a slot.";
    return { tone: "good", text: "Nothing waits", detail };
  }
  const pace =
    bottleneck === "minute"
      ? ` The accounts' limits set the pace: ${countOf(status.pool.perMinute, "call")} per ${formatDuration(status.pool.windowMs)}.`
      : "";
  return {
    tone: "good",
    text: "Working through the queue",
    detail: `${countLeft(overview)}; ${describeEnd(overview)}.${pace}`,
  };
}

/** "5 requests and 4,900 lines of 1 batch wait". */
function countLeft({ left }: Pick<Overview, "left">): string {
  const { requests, lines, batches } = left;
  const parts = [
    ...(requests > 0 ? [countOf(requests, "request")] : []),
    ...(lines > 0
      ? [`${countOf(lines, "line")} of ${countOf(batches, "batch", "es")}`]
      : []),
  ];
  if (parts.length === 0) return "New requests wait";
  return `${parts.join(" and ")} ${requests + lines === 1 ? "waits" : "wait"}`;
}

function describeEnd({
  left: { drainMs },
  view: { pool },
}: Pick<Overview, "left" | "view">): string {
  if (drainMs === undefined) return "nobody knows when the last one goes out";
  return drainMs > longMs
    ? `the last one goes out about ${formatDate(pool.now + drainMs)} UTC`
    : `the last one goes out in about ${formatDuration(drainMs)}`;
}

function adviceOnKeys({ keys }: Overview["status"]): string {
  if (keys.length === 0) {
    return "Workers read keys from OPENROUTER_API_KEYS or OPENROUTER_API_KEYS_FILE.";
  }
  return keys.some(({ state }) => state === "taken-out")
    ? "Put a key back into use, or add one that works."
    : "Add a key that works, from openrouter.ai/keys.";
}

function countOf(count: number, thing: string, plural = "s"): string {
  return `${formatCount(count)} ${thing}${count === 1 ? "" : plural}`;
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
