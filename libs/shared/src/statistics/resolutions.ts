const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** Slices of time of one length that figures are added up in. */
export type Resolution = {
  /** As it stands in the keys. */
  readonly name: "seconds" | "minute" | "hour";
  /** Length of a slice. */
  readonly sliceMs: number;
  /** How long a slice is kept after it was written to last: the time that is shown, and some more. */
  readonly ttlMs: number;
};

/**
 * Everything is counted once in each of them, so that nothing has to be summed up later. All of them together
 * are at most 390 + 1,500 + 2,184 slices, whatever the traffic.
 */
export const resolutions = {
  seconds: { name: "seconds", sliceMs: 10_000, ttlMs: 65 * minuteMs },
  minute: { name: "minute", sliceMs: minuteMs, ttlMs: 25 * hourMs },
  hour: { name: "hour", sliceMs: hourMs, ttlMs: 91 * dayMs },
} as const satisfies Record<string, Resolution>;

/** The slice that a moment (ms since the epoch, by Redis's clock) belongs to. */
export function sliceAt({ sliceMs }: Resolution, time: number): number {
  return Math.floor(time / sliceMs);
}
