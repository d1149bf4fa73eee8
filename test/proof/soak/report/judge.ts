import type { FaultRecord } from "../faults/run-faults.ts";
import { type Sample, seriesOf } from "../samples/sample.ts";
import { levelOf, lowestOf, slopePerHour } from "./slope.ts";

/** How much a figure grew after the warm-up, and how much it may. */
export type Growth = {
  readonly figure: string;
  readonly level: number;
  readonly perHour: number;
  readonly allowedPerHour: number;
  readonly isFlat: boolean;
};

/** A figure counts as flat when it grows by no more than both together. */
type Rule = {
  readonly figure: string;
  readonly share: number;
  readonly atLeast: number;
};

const stretchSeconds = 180;
const resident = { share: 0.04, atLeast: 4 };
const live = { share: 0.04, atLeast: 2 };
const rules: readonly Rule[] = [
  ...["gateway-1", "worker-1"].flatMap((name) => [
    { figure: `${name} live`, ...live },
    { figure: `${name} memory`, ...resident },
    { figure: `${name} descriptors`, share: 0.1, atLeast: 3 },
  ]),
  { figure: "redis passing", share: 0.04, atLeast: 0.1 },
  { figure: "redis descriptors", share: 0, atLeast: 3 },
  { figure: "keys passing", share: 0.04, atLeast: 20 },
];

/**
 * The part of a run that is not judged: until every fault has been made once, half of the run at most. The first time
 * that a fault holds many requests takes memory from the system that the process keeps.
 */
export function warmUpSeconds(
  totalSeconds: number,
  faults: readonly FaultRecord[],
): number {
  const again = faults.find(({ name }, index) =>
    faults.slice(0, index).some((earlier) => earlier.name === name),
  );
  return Math.min(again?.from ?? totalSeconds, totalSeconds / 2);
}

/** Judges what must not grow, by the lowest point of every three minutes after the warm-up. */
export function judgeGrowth(
  samples: readonly Sample[],
  faults: readonly FaultRecord[],
): Growth[] {
  const warm = warmUpSeconds(samples.at(-1)?.seconds ?? 0, faults);
  const judged = samples.filter(({ seconds }) => seconds >= warm);
  return rules.map(({ figure, share, atLeast }) => {
    const series = lowestOf(seriesOf(judged, figure), stretchSeconds);
    const level = levelOf(series);
    const perHour = slopePerHour(series);
    const allowedPerHour = Math.max(level * share, atLeast);
    const isFlat = perHour <= allowedPerHour;
    return { figure, level, perHour, allowedPerHour, isFlat };
  });
}
