/** What the demo shows: OpenRouter's limits with a shorter minute. */
export const settings = {
  model: "google/gemma-4-31b-it:free",
  requests: 150,
  accounts: 3,
  /** Calls an account may make in a window. */
  perMinute: 20,
  /** A "minute" that does not make anybody wait. */
  windowMs: 12_000,
  workers: 2,
  /** A call of the simulator takes this long, give or take the jitter. */
  latencyMs: 200,
  jitterMs: 100,
} as const;

/** Calls that all accounts together may make in a window. */
export const perWindow = settings.accounts * settings.perMinute;

/** When the last call can start at the earliest: full windows before it, nothing else. */
export const optimumMs =
  (Math.ceil(settings.requests / perWindow) - 1) * settings.windowMs;
