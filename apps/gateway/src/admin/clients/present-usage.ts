import type { UsageFigures } from "@openrouter-free-pool/shared/api/usage-object";
import { formatCount, formatOptional } from "../../text/format.ts";
import { noUsage } from "../../usage/read-usage.ts";
import { say } from "../../words/say.ts";

/** Heights of a chart's bars are parts of this. */
const fullHeight = 100;

/** One day's bar: two parts, the second one on top of the first. */
type Bar = { readonly first: number; readonly second: number };

/** A chart of bars, one a day. */
type Chart = {
  readonly title: string;
  /** What its two parts are; the second one may be something bad. */
  readonly parts: readonly string[];
  readonly isSecondBad: boolean;
  readonly top: string;
  readonly bars: readonly Bar[];
};

const dollars = new Intl.NumberFormat("en", {
  style: "currency",
  currency: "USD",
  maximumFractionDigits: 2,
});

/**
 * Figures of use as a table row, with a bar.
 *
 * @param most calls of the row with the most calls; undefined: no bar.
 */
export function presentFigures(figures: UsageFigures, most?: number) {
  const { calls, answers, errors, promptTokens, completionTokens } = figures;
  return {
    bar:
      most === undefined ? undefined : { value: calls, max: Math.max(1, most) },
    calls: formatCount(calls),
    answers: formatCount(answers),
    errors: formatCount(errors),
    tokens: formatCount(promptTokens + completionTokens),
    wait: formatOptional(figures.meanWaitMs ?? undefined),
    saved: formatDollars(figures.savedUsd),
  };
}

/** Use by model, the most used one first. */
export function presentModels(
  byModel: ReadonlyMap<string, UsageFigures>,
  mostRows: number,
) {
  const most = mostCalls(byModel.values());
  return [...byModel]
    .sort(([, a], [, b]) => b.calls - a.calls)
    .slice(0, mostRows)
    .map(([model, figures]) => ({ model, ...presentFigures(figures, most) }));
}

/** The highest number of calls of any row. */
export function mostCalls(all: Iterable<UsageFigures>): number {
  let most = 0;
  for (const { calls } of all) most = Math.max(most, calls);
  return most;
}

/** Charts and table of use by day, days without use included. */
export function presentDays(
  days: readonly string[],
  byDay: ReadonlyMap<string, UsageFigures>,
) {
  const all = days.map((day) => ({ day, figures: byDay.get(day) ?? noUsage }));
  const figures = all.map((each) => each.figures);
  return {
    first: days.at(0) ?? "",
    last: days.at(-1) ?? "",
    charts: [
      drawChart(say("clients.chart.requests"), {
        parts: [say("clients.chart.answered"), say("clients.chart.failed")],
        isSecondBad: true,
        values: figures.map(({ answers, errors }) => [answers, errors]),
        format: formatCount,
      }),
      drawChart(say("clients.chart.tokens"), {
        parts: [say("clients.chart.prompt"), say("clients.chart.completion")],
        values: figures.map((each) => [
          each.promptTokens,
          each.completionTokens,
        ]),
        format: formatCount,
      }),
      drawChart(say("clients.chart.saved"), {
        parts: [],
        values: figures.map(({ savedUsd }) => [savedUsd ?? 0, 0]),
        format: formatDollars,
      }),
    ],
    rows: all
      .map((each) => ({ day: each.day, ...presentFigures(each.figures) }))
      .reverse(),
  };
}

function drawChart(
  title: string,
  what: {
    parts: readonly string[];
    isSecondBad?: boolean;
    values: readonly (readonly [number, number])[];
    format: (value: number) => string;
  },
): Chart {
  const { parts, isSecondBad = false, values, format } = what;
  const highest = Math.max(...values.map(([first, second]) => first + second));
  const heightOf = (value: number) =>
    highest > 0 ? (value / highest) * fullHeight : 0;
  return {
    title,
    parts,
    isSecondBad,
    top: format(highest),
    bars: values.map(([first, second]) => ({
      first: heightOf(first),
      second: heightOf(second),
    })),
  };
}

function formatDollars(amount: number | null): string {
  return amount === null ? "–" : dollars.format(amount);
}
