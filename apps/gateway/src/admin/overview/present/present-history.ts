import { type RangeName, rangeNames, ranges } from "../../../history/ranges.ts";
import { joinBuckets } from "../../../history/stretches.ts";
import {
  formatClock,
  formatCount,
  formatDate,
  formatDay,
  formatOptional,
} from "../../../text/format.ts";
import type { Overview } from "../read/read-overview.ts";
import { historyWords } from "./history-words.ts";

/** Which range is shown, and the ways to the others. */
export function presentRanges(current: RangeName) {
  const { ranges: words, ...common } = historyWords;
  return {
    ...common,
    ...words[current],
    choices: rangeNames.map((name) => ({
      label: words[name].link,
      href: name === "hour" ? "/admin" : `/admin?range=${name}`,
      isCurrent: name === current,
    })),
  };
}

/** The past as a table, newest first: what the charts show, for those who cannot see them. */
export function presentHistory({ past, range }: Overview) {
  const nameOf = { hour: formatClock, day: formatDate, "90d": formatDay }[
    range
  ];
  const rows = joinBuckets(past, ranges[range].rowMs)
    .reverse()
    .map((stretch) => ({
      from: nameOf(stretch.startsAt),
      cells: [
        ...[
          stretch.answered + stretch.failed + stretch.gone,
          stretch.answered,
          stretch.failed,
          stretch.gone,
          stretch.calls,
          stretch.rateLimited,
        ].map(formatCount),
        ...[
          stretch.waitMedianMs,
          stretch.wait95Ms,
          stretch.callMedianMs,
          stretch.call95Ms,
        ].map(formatOptional),
      ],
    }));
  return { ...historyWords.ranges[range], columns: historyWords.columns, rows };
}
