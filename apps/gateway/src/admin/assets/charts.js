import uPlot from "./vendor/uPlot.esm.js";
import { say } from "./words.js";

const height = 170;
/** Requests and calls are whole numbers. */
const wholeSteps = [0, 1, 2, 3, 4, 5, 6].flatMap((zeros) =>
  [1, 2, 5].map((step) => step * 10 ** zeros),
);

const charts = new Map();
let latest;

/** What each chart draws: names of columns, with the colour of each line. */
const lines = {
  rate: [
    { column: "answered", color: "--chart-a", isFilled: true },
    { column: "failed", color: "--chart-bad" },
  ],
  calls: [
    { column: "calls", color: "--chart-a", isFilled: true },
    { column: "rateLimited", color: "--chart-bad" },
  ],
  wait: [
    { column: "waitMedian", color: "--chart-a" },
    { column: "wait95", color: "--chart-b" },
  ],
  call: [
    { column: "callMedian", color: "--chart-a" },
    { column: "call95", color: "--chart-b" },
  ],
};

/** Draws the charts, or draws them anew. */
export function drawCharts(figures) {
  latest = figures;
  for (const place of document.querySelectorAll("[data-chart]")) {
    const name = place.dataset.chart;
    const columns = lines[name].map(({ column }) => figures[column]);
    const data = [figures.times, ...columns];
    const chart = charts.get(place) ?? create(place, name, data);
    chart.setData(data);
    place.ariaLabel = describe(name, figures, place);
  }
}

function create(place, name, data) {
  const chart = new uPlot(optionsFor(place, name), data, place);
  charts.set(place, chart);
  return chart;
}

function optionsFor(place, name) {
  const color = (variable) =>
    getComputedStyle(document.documentElement).getPropertyValue(variable);
  const axis = {
    stroke: color("--quiet"),
    grid: { stroke: color("--line"), width: 1 },
    ticks: { show: false },
    font: "11px system-ui, sans-serif",
  };
  return {
    width: place.clientWidth,
    height,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), "Etc/UTC"),
    cursor: { show: false },
    legend: { show: false },
    // Half of the last time label would stand outside the chart.
    padding: [12, 20, 0, 0],
    scales: { y: { range: (_chart, _low, high) => [0, niceTop(high)] } },
    axes: [
      { ...axis, size: 24, space: 70, values: timesOf },
      {
        ...axis,
        size: 56,
        space: 34,
        values: unitOf(name),
        ...(countsRequests(name) ? { incrs: wholeSteps } : {}),
      },
    ],
    series: [
      {},
      ...lines[name].map((line) => ({
        stroke: color(line.color),
        width: 1.75,
        // A single figure between two gaps stays visible.
        points: { filter: findLone, size: 4, fill: color(line.color) },
        ...(line.isFilled ? { fill: `${color(line.color)}1f` } : {}),
      })),
    ],
  };
}

/** The indexes of figures without a neighbour, which no line reaches. */
function findLone(chart, seriesIndex) {
  const figures = chart.data[seriesIndex];
  const isGap = (at) => (figures[at] ?? null) === null;
  return figures.flatMap((figure, at) =>
    figure !== null && isGap(at - 1) && isGap(at + 1) ? [at] : [],
  );
}

function niceTop(high) {
  return high > 0 ? high * 1.1 : 1;
}

const countsRequests = (name) => name === "rate" || name === "calls";

/** Minutes of a day, or days when the chart has many. */
function timesOf(chart, times) {
  const [first = 0] = chart.data[0];
  const span = (chart.data[0].at(-1) ?? first) - first;
  const format = span > 2 * 86_400 ? formatDay : formatMinute;
  return times.map((seconds) =>
    format(uPlot.tzDate(new Date(seconds * 1_000), "Etc/UTC")),
  );
}

const formatMinute = uPlot.fmtDate("{HH}:{mm}");

/** A day as the pages write it, "6 Dec", of a date whose own fields are UTC. */
function formatDay(date) {
  const { lang } = document.documentElement;
  return date.toLocaleDateString(lang === "en" ? "en-GB" : lang, {
    day: "numeric",
    month: "short",
  });
}

function unitOf(name) {
  if (countsRequests(name)) return (_chart, values) => values.map(String);
  return (_chart, values) => values.map(seconds);
}

function seconds(value) {
  if (value === 0) return "0";
  if (value < 1) {
    return say("milliseconds", { count: Math.round(value * 1_000) });
  }
  if (value < 60) return say("seconds", { count: Number(value.toFixed(1)) });
  return say("minutes", { count: Number((value / 60).toFixed(1)) });
}

/** The newest figure as text, for people who cannot see the chart. */
function describe(name, figures, place) {
  place.dataset.title ??= place.ariaLabel;
  const newest = lines[name].map(({ column }) => {
    const value = figures[column].findLast((figure) => figure !== null) ?? 0;
    return countsRequests(name) ? value : seconds(value);
  });
  const { title } = place.dataset;
  return say("newest", { title, values: newest.join(say("and")) });
}

function drawAnew() {
  for (const [place, chart] of charts) {
    chart.destroy();
    charts.delete(place);
  }
  if (latest) drawCharts(latest);
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAnew);
new ResizeObserver(() => {
  for (const [place, chart] of charts) {
    if (chart.width !== place.clientWidth) {
      chart.setSize({ width: place.clientWidth, height });
    }
  }
}).observe(document.getElementById("charts"));
