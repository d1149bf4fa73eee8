/** A pool that no worker has renewed for this long is forgotten. */
export const poolTtlMs = 3_600_000;

/** How long it is remembered which keys are retired, after a worker was last seen. */
export const retiredTtlMs = 30 * 86_400_000;
