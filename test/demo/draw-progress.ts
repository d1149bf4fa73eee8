import colors from "picocolors";
import type { Progress } from "./progress.ts";
import { settings } from "./settings.ts";

/** Width of the bar of all requests, in characters. */
const barWidth = 60;

const doneColor = colors.green;
const flightColor = colors.cyan;
const queueColor = colors.yellow;

/** The burst as a picture of a few lines: one bar for all requests, one for each key. */
export function drawProgress(progress: Progress): string {
  return [
    "",
    `  ${drawRequests(progress)}  ${drawTime(progress)}`,
    "",
    `  ${drawCounts(progress)}`,
    "",
    ...progress.keys.map((key) => `  ${drawKey(key)}`),
    "",
  ].join("\n");
}

/** What is done grows from the left, what is at OpenRouter follows, the queue shrinks to the right. */
function drawRequests({ done, inFlight, queued }: Progress): string {
  const columns = (requests: number) =>
    Math.round((requests / settings.requests) * barWidth);
  const [doneEnd, flightEnd, queueEnd] = [
    columns(done),
    columns(done + inFlight),
    columns(done + inFlight + queued),
  ];
  return [
    doneColor("█".repeat(doneEnd)),
    flightColor("▓".repeat(flightEnd - doneEnd)),
    queueColor("░".repeat(queueEnd - flightEnd)),
    colors.red("×".repeat(barWidth - queueEnd)),
  ].join("");
}

function drawCounts(progress: Progress): string {
  const { done, inFlight, queued, lost } = progress;
  return [
    `${doneColor("█")} done ${count(done)}`,
    `${flightColor("▓")} in flight ${count(inFlight)}`,
    `${queueColor("░")} queued ${count(queued)}`,
    ...(lost > 0 ? [colors.red(`× lost ${lost}`)] : []),
  ].join("    ");
}

function drawTime({ elapsedMs }: Progress): string {
  return colors.dim(`${(elapsedMs / 1_000).toFixed(1)} s`.padStart(6));
}

/** A cell for each call that the key may make in a window. */
function drawKey({ key, minute }: Progress["keys"][number]): string {
  const used = Math.min(minute.used, settings.perMinute);
  const bar =
    flightColor("■".repeat(used)) +
    colors.dim("·".repeat(settings.perMinute - used));
  const next =
    minute.remaining === 0 && minute.resetIn !== null
      ? `next slot in ${String(minute.resetIn).padStart(2)} s`
      : "";
  const share = `${String(used).padStart(2)} of ${settings.perMinute} calls`;
  return `${colors.dim(key)}  ${bar}  ${share}   ${colors.dim(next)}`;
}

const count = (value: number) => String(value).padStart(3);
