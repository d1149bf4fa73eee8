import {
  type Resolution,
  resolutions,
} from "@openrouter-free-pool/shared/statistics/resolutions";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** A part of the past that is shown as a whole, and its resolution. */
export type Range = {
  readonly spanMs: number;
  readonly resolution: Resolution;
  /** The time that one point of a chart covers. */
  readonly stepMs: number;
  /** The time that one row of the table covers. */
  readonly rowMs: number;
};

/** The ranges by their names in addresses. */
export const ranges = {
  hour: {
    spanMs: hourMs,
    resolution: resolutions.seconds,
    stepMs: 30_000,
    rowMs: 5 * minuteMs,
  },
  day: {
    spanMs: dayMs,
    resolution: resolutions.minute,
    stepMs: minuteMs,
    rowMs: hourMs,
  },
  "90d": {
    spanMs: 90 * dayMs,
    resolution: resolutions.hour,
    stepMs: hourMs,
    rowMs: dayMs,
  },
} as const satisfies Record<string, Range>;

/** See {@link ranges}. */
export type RangeName = keyof typeof ranges;

/** The names, shortest first. */
export const rangeNames = Object.keys(ranges) as [RangeName, ...RangeName[]];

/** Reads a range from an address; the hour by default. */
export function readRange(given: unknown): RangeName {
  return rangeNames.find((name) => name === given) ?? "hour";
}
