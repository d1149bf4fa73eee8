/** A pool that no worker has renewed for this long is forgotten. */
export const poolTtlMs = 3_600_000;

/** How long an account's limits and its use of the day are kept after their last change. */
export const accountTtlMs = 2 * 86_400_000;

/** How long retired keys and owners of keys are remembered after a worker was last seen. */
export const knownTtlMs = 30 * 86_400_000;
