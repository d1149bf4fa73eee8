/**
 * BullMQ keeps waiting jobs by `priority * 2^32 + counter`. The counter is the order of
 * arrival; it is 0 for a job that is put back to the head of its priority.
 */
const scorePerPriority = 2 ** 32;

/** The score among delayed jobs of one that waits for its client's budget, see `held-jobs.lua`: it never comes due. */
export const heldScore = "9007199254740991";

/** The scores of all jobs of some priorities, for ZCOUNT and ZRANGEBYSCORE. */
export function scoresOf(
  firstPriority: number,
  lastPriority: number,
): [min: string, max: string] {
  return [
    String(firstPriority * scorePerPriority),
    `(${(lastPriority + 1) * scorePerPriority}`,
  ];
}

/** Scores of delayed jobs are the ms in which their delay ends, shifted by a counter of 12 bits. */
export function delayEndsAt(score: number): number {
  return Math.floor(score / 0x1000);
}
