import { type Sample, seriesOf } from "../samples/sample.ts";
import { type Chart, drawChart } from "./draw-chart.ts";

const apps = ["gateway-1", "gateway-2", "worker-1", "worker-2"];

/** File name, title and figures of each chart. */
const charts: readonly {
  readonly file: string;
  readonly title: string;
  readonly figures: readonly string[];
}[] = [
  {
    file: "memory",
    title: "Resident memory, MiB",
    figures: [...apps, "redis"].map((name) => `${name} memory`),
  },
  {
    file: "live",
    title: "Live memory (all garbage collected), MiB",
    figures: ["gateway-1", "worker-1"].map((name) => `${name} live`),
  },
  {
    file: "heap",
    title: "Heap in use, MiB",
    figures: apps.map((name) => `${name} heap`),
  },
  {
    file: "redis-memory",
    title: "Redis: memory; keys kept for hours or days; other keys. MiB",
    figures: ["redis data", "redis kept", "redis passing"],
  },
  {
    file: "redis-keys",
    title: "Redis: keys; all, and those that are not kept for an hour or more",
    figures: ["keys all", "keys passing"],
  },
  {
    file: "descriptors",
    title: "Open descriptors",
    figures: [...apps, "redis"].map((name) => `${name} descriptors`),
  },
  {
    file: "delay",
    title: "Event-loop delay, p99 of 10 s, ms",
    figures: apps.map((name) => `${name} delay`),
  },
  {
    file: "requests",
    title: "Requests a second",
    figures: ["sent", "answered", "refused", "sent again"],
  },
  {
    file: "latency",
    title: "Plain chat completions, ms; the upstream takes 100 to 500",
    figures: ["p50", "p99"],
  },
];

/** Draws all charts. @returns them by file name. */
export function drawCharts(
  samples: readonly Sample[],
  marks: Chart["marks"],
): ReadonlyMap<string, string> {
  return new Map(
    charts.map(({ file, title, figures }) => {
      const lines = figures.map((name) => ({
        name,
        series: seriesOf(samples, name),
      }));
      return [`${file}.svg`, drawChart({ title, lines, marks })];
    }),
  );
}
