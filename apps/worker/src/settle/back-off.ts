const firstMs = 500;
const longestMs = 30_000;

/**
 * How long to wait before the next attempt: doubled with each failure, with full jitter on the
 * upper half, so that jobs that failed together come back apart.
 *
 * @param failures how often it has failed, 1 or more.
 * @param statedMs what the answer asked for; honoured up to the longest step.
 */
export function backOff(
  failures: number,
  statedMs: number | undefined,
  random: () => number = Math.random,
): number {
  const stepMs = Math.min(firstMs * 2 ** (failures - 1), longestMs);
  const jittered = stepMs * (0.5 + random() / 2);
  return Math.round(Math.max(jittered, Math.min(statedMs ?? 0, longestMs)));
}
