/** A time of ours, ms since the epoch, as OpenAI's objects tell it: in whole s. */
export function toEpochSeconds(ms: number): number {
  return Math.floor(ms / 1_000);
}
