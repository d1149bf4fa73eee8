/** A pool that no worker has renewed for this long is forgotten. */
export const poolTtlMs = 3_600_000;

/** An account's limits and its use of the day are kept for so long after it was last spoken of. */
export const accountTtlMs = 2 * 86_400_000;

/** How long it is known which keys are retired and whose they are, after a worker was last seen. */
export const knownTtlMs = 30 * 86_400_000;
