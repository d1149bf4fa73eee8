/** Converts ms since the epoch to the whole seconds of OpenAI's objects. */
export function toEpochSeconds(ms: number): number {
  return Math.floor(ms / 1_000);
}
