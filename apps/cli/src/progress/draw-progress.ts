import { say } from "../words/say.ts";
import {
  formatCount,
  formatDay,
  formatDuration,
  formatRate,
  formatTime,
} from "./format.ts";
import type { Progress } from "./progress.ts";
import { fit, widthOf } from "./width.ts";

const widestBar = 24;
const narrowestBar = 8;
const gap = "  ";

/** A part of the line; when there is no room, parts of a higher rank are left out first. */
type Part = { readonly text: string; readonly rank: number };

/**
 * A line of at most `columns` characters: the bar shrinks first, then the least important parts are
 * left out.
 */
export function drawProgress(progress: Progress, columns: number): string {
  const { status, total, completed, failed } = progress;
  if (status === "validating") return fit(say("batch.validating"), columns);
  const share = total === 0 ? 0 : (completed + failed) / total;
  let parts = describeParts(progress, share);
  const lengthOf = (kept: readonly Part[]) => widthOf(join(kept)) + 1;
  while (parts.length > 1 && narrowestBar + lengthOf(parts) > columns) {
    const last = Math.max(...parts.map(({ rank }) => rank));
    parts = parts.filter(({ rank }) => rank !== last);
  }
  const room = Math.max(0, columns - lengthOf(parts));
  const width = Math.min(widestBar, room);
  const filled = Math.round(share * width);
  const bar = "█".repeat(filled) + "░".repeat(width - filled);
  return fit(`${bar} ${join(parts)}`, columns);
}

function describeParts(progress: Progress, share: number): readonly Part[] {
  const { status, total, completed, failed, quotaLeft } = progress;
  return [
    { text: `${Math.floor(share * 100)}%`, rank: 0 },
    {
      text: `${formatCount(completed + failed)}/${formatCount(total)}`,
      rank: 2,
    },
    status === "in_progress"
      ? { text: formatRate(progress.perSecond), rank: 4 }
      : { text: say(`batch.status.${status}`), rank: 3 },
    {
      text:
        failed > 0 ? say("batch.failed", { count: formatCount(failed) }) : "",
      rank: 3,
    },
    {
      text:
        quotaLeft === undefined
          ? ""
          : say("batch.quotaLeft", { count: formatCount(quotaLeft) }),
      rank: 5,
    },
    { text: describeEnd(progress), rank: 1 },
  ].filter(({ text }) => text !== "");
}

function describeEnd(progress: Progress): string {
  const { total, completed, failed, obstacle, etaMs, endsAt, expiresAt } =
    progress;
  if (total - completed - failed <= 0) return "";
  if (obstacle !== undefined) return obstacle;
  if (etaMs !== undefined) {
    return say("batch.eta", { time: formatDuration(etaMs) });
  }
  if (endsAt === null) return "";
  const now = Date.now();
  if (expiresAt !== null && endsAt > expiresAt) {
    return say("batch.endsAboutWindow", {
      day: formatDay(endsAt, now),
      window: formatDay(expiresAt, now),
    });
  }
  return say("batch.endsAbout", { time: formatTime(endsAt, now) });
}

function join(parts: readonly Part[]): string {
  return parts.map(({ text }) => text).join(gap);
}
