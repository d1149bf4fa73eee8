/** The limits of one account, as the limiter's scripts take them. Times in ms. */
export type RateLimits = {
  readonly perMinute: number;
  readonly perDay: number;
  readonly windowMs: number;
  readonly dayMs: number;
  readonly guardMs: number;
};

type RateLimitVariables = {
  readonly RATE_LIMIT_PER_MINUTE: number;
  readonly RATE_LIMIT_PER_DAY: number;
  readonly RATE_LIMIT_WINDOW_MS: number;
  readonly RATE_LIMIT_DAY_MS: number;
  readonly RATE_LIMIT_GUARD_MS?: number | undefined;
};

/** Reads the limiter's settings, and computes the guard when none is set. */
export function readRateLimits(config: RateLimitVariables): RateLimits {
  const onePercentMs = Math.round(config.RATE_LIMIT_WINDOW_MS / 100);
  return {
    perMinute: config.RATE_LIMIT_PER_MINUTE,
    perDay: config.RATE_LIMIT_PER_DAY,
    windowMs: config.RATE_LIMIT_WINDOW_MS,
    dayMs: config.RATE_LIMIT_DAY_MS,
    guardMs:
      config.RATE_LIMIT_GUARD_MS ?? Math.min(Math.max(onePercentMs, 50), 1_000),
  };
}
