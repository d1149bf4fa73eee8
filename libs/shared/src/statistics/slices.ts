/** Slices of time of one length, in each of which all processes add up their counts, in a hash. */
export type Slices = {
  readonly sliceMs: number;
  /** How long a slice is kept after its last change. */
  readonly ttlMs: number;
  /** The Redis key of a slice. */
  readonly keyOf: (slice: number) => string;
  /** The Redis key with the marks of the slices to which counts came late. */
  readonly lateKey: string;
};

/**
 * A slice that ended this long ago is read once: processes send their counts every few seconds. What
 * comes later gives the slice a mark, by which readers know that it has changed.
 */
export const settleMs = 15_000;
/** Marks are given somewhat earlier, as readers' clocks may be ahead of Redis's. */
const lateMs = 10_000;

/** The slice of a time (ms since the epoch, by Redis's clock). */
export function sliceAt(
  { sliceMs }: Pick<Slices, "sliceMs">,
  time: number,
): number {
  return Math.floor(time / sliceMs);
}

/** From when on counts for a slice come late, in ms since the epoch by Redis's clock. */
export function lateFrom(
  { sliceMs }: Pick<Slices, "sliceMs">,
  slice: number,
): number {
  return (slice + 1) * sliceMs + lateMs;
}
