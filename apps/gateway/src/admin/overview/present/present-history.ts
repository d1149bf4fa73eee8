import { type RangeName, rangeNames, ranges } from "../../../history/ranges.ts";
import { joinBuckets } from "../../../history/stretches.ts";
import {
  formatClock,
  formatCount,
  formatDate,
  formatDay,
  formatOptional,
} from "../../../text/format.ts";
import { say } from "../../../words/say.ts";
import type { Overview } from "../read/read-overview.ts";

/** The table's columns of figures, in order; their names are in the catalogue. */
const columns = [
  "requests",
  "answered",
  "failed",
  "gone",
  "calls",
  "limited",
  "waitMedian",
  "wait95",
  "callMedian",
  "call95",
] as const;

/** Which range is shown, and links to the others. */
export function presentRanges(current: RangeName) {
  const unit = say(`history.unit.${current}`);
  const title = say(`history.title.${current}`);
  return {
    title,
    choices: rangeNames.map((name) => ({
      label: say(`history.link.${name}`),
      href: name === "hour" ? "/admin" : `/admin?range=${name}`,
      isCurrent: name === current,
    })),
    charts: presentCharts({ title, unit }),
  };
}

/** The charts and the meaning of their lines; a script draws them. */
function presentCharts({ title, unit }: { title: string; unit: string }) {
  const ofWaits = {
    first: say("history.line.median"),
    second: say("history.line.most"),
    tone: "line-b",
  };
  const charts = [
    {
      name: "rate",
      chart: say("history.chart.requests", { unit }),
      first: say("history.line.answered"),
      second: say("history.line.failed"),
      tone: "line-bad",
    },
    {
      name: "calls",
      chart: say("history.chart.calls", { unit }),
      first: say("history.line.sent"),
      second: say("history.line.limited"),
      tone: "line-bad",
    },
    { name: "wait", chart: say("history.chart.wait"), ...ofWaits },
    { name: "call", chart: say("history.chart.call"), ...ofWaits },
  ];
  return charts.map(({ name, chart, first, second, tone }) => ({
    name,
    chart,
    first,
    second,
    tone,
    label: say("history.chartLabel", { chart, title, first, second }),
  }));
}

/** The past as a table, newest first: the charts' figures, for people who cannot see the charts. */
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
  return {
    table: say(`history.table.${range}`),
    region: say(`history.region.${range}`),
    from: say(`history.from.${range}`),
    columns: columns.map((name) => say(`history.column.${name}`)),
    rows,
  };
}
