import type { Progress } from "./progress.ts";
import { settings } from "./settings.ts";

/** One line of plain text, for logs and pipes. */
export function describeProgress(progress: Progress): string {
  const seconds = (progress.elapsedMs / 1_000).toFixed(1).padStart(5);
  const used = progress.keys
    .map(({ minute }) => String(minute.used).padStart(2))
    .join(" ");
  return [
    `${seconds} s`,
    `queued ${count(progress.queued)}`,
    `in flight ${count(progress.inFlight)}`,
    `done ${count(progress.done)} of ${settings.requests}`,
    `calls per key ${used} of ${settings.perMinute}`,
    ...(progress.lost > 0 ? [`lost ${progress.lost}`] : []),
  ].join("   ");
}

const count = (value: number) => String(value).padStart(3);
