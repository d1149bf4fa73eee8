/** A clock skew up to this is ignored: `Date` has whole seconds. */
const toleratedSkewMs = 2_000;
/** A reset that passed less than this ago counts as due now; an older one is ignored. */
const toleratedPastMs = 5_000;
const shortestMs = 1_000;
const longestModelMs = 3_600_000;
/** OpenRouter's day may end a little after ours. */
const afterMidnightMs = 5 * 60_000;
/** Smaller numbers are durations; larger ones are points in time since the epoch. */
const smallestEpochSeconds = 1e8;

const unitMs: Record<string, number> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

type Headers = Readonly<Record<string, string>>;

/** Lengths of the limits' windows, in ms. */
export type LimitWindows = {
  readonly windowMs: number;
  readonly dayMs: number;
};

/** OpenRouter's own. */
const defaultWindows: LimitWindows = {
  windowMs: 60_000,
  dayMs: 86_400_000,
};

/**
 * Reads `Retry-After` (seconds, fractions, a date) or `Retry-After-Ms`.
 *
 * @param now our clock, ms since the epoch.
 * @returns ms from now, unbounded; undefined when nothing usable is stated.
 */
export function readRetryAfter(
  headers: Headers,
  now: number,
): number | undefined {
  const exactMs = toNumber(headers["retry-after-ms"]?.trim() ?? "");
  if (exactMs !== undefined && exactMs >= 0) return exactMs;
  return readMoment(headers["retry-after"], clockOf(headers, now), "duration");
}

/** Reads `X-RateLimit-Reset`: epoch ms or seconds, a duration in seconds, a date; on OpenRouter's clock. */
export function readRateLimitReset(
  headers: Headers,
  now: number,
): number | undefined {
  const clock = clockOf(headers, now);
  return readMoment(headers["x-ratelimit-reset"], clock, "moment");
}

/** Reads `reset-after: N` in a message, N in seconds. @returns ms from now. */
export function readResetAfter(message: string): number | undefined {
  const [, text] = message.match(/reset-after:\s*(-?\d+(?:\.\d+)?)/i) ?? [];
  const seconds = toNumber(text ?? "");
  return seconds === undefined || seconds < 0 ? undefined : seconds * 1_000;
}

/** Bounds a stated reset of an account: to two windows, or to five minutes after the end of the UTC day. */
export function boundAccountReset(
  statedMs: number | undefined,
  limit: "minute" | "day" | "stated",
  now: number,
  { windowMs, dayMs }: LimitWindows = defaultWindows,
): number | undefined {
  const longestMs =
    limit === "minute"
      ? 2 * windowMs
      : dayMs - (now % dayMs) + Math.min(afterMidnightMs, dayMs);
  return bound(statedMs, Math.min(shortestMs, windowMs), longestMs);
}

/** Bounds a stated pause of a model or a provider: one second to one hour. */
export function boundModelPause(
  statedMs: number | undefined,
): number | undefined {
  return bound(statedMs, shortestMs, longestModelMs);
}

function bound(
  statedMs: number | undefined,
  shortest: number,
  longest: number,
): number | undefined {
  if (statedMs === undefined || Number.isNaN(statedMs)) return undefined;
  return Math.min(Math.max(statedMs, shortest), longest);
}

/** OpenRouter's clock where its answer shows that ours is off; else ours. */
function clockOf(headers: Headers, now: number): number {
  const theirs = Date.parse(headers.date ?? "");
  return Math.abs(theirs - now) > toleratedSkewMs ? theirs : now;
}

function readMoment(
  text: string | undefined,
  clock: number,
  meaning: "duration" | "moment",
): number | undefined {
  const value = text?.trim() ?? "";
  const number = toNumber(firstOf(value));
  if (number !== undefined) return fromNumber(number, clock, meaning);
  const durationMs = readUnits(value);
  if (durationMs !== undefined) return durationMs;
  // `Date.parse` accepts nearly any text that holds a digit, signed numbers included.
  const isDate = /^([A-Za-z]{3,9},|\d{4}-\d\d-\d\d)/.test(value);
  return isDate ? fromNow(Date.parse(value) - clock) : undefined;
}

/** The first value of a header: repeated headers are joined by commas. */
function firstOf(value: string): string {
  return /^[\d.\s,]+$/.test(value) ? (value.split(",")[0] ?? "").trim() : value;
}

function fromNumber(
  number: number,
  clock: number,
  meaning: "duration" | "moment",
): number | undefined {
  if (number < 0) return undefined;
  if (number < smallestEpochSeconds) {
    // A 0 states nothing: no reset is at the epoch.
    return meaning === "moment" && number === 0 ? undefined : number * 1_000;
  }
  return fromNow(toEpochMs(number) - clock);
}

/** Seconds, milliseconds, microseconds or nanoseconds since the epoch. */
function toEpochMs(number: number): number {
  if (number < 1e11) return number * 1_000;
  if (number < 1e14) return number;
  return number < 1e17 ? number / 1_000 : number / 1e6;
}

function fromNow(ms: number): number | undefined {
  if (Number.isNaN(ms) || ms < -toleratedPastMs) return undefined;
  return Math.max(0, ms);
}

/** Durations such as `6m0s`, `1.5s`, `200ms`. */
function readUnits(value: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ms|[smhd])\s*)+$/.test(value)) return undefined;
  let ms = 0;
  for (const [, count, unit = ""] of value.matchAll(/([\d.]+)(ms|[smhd])/g)) {
    ms += Number(count) * (unitMs[unit] ?? 0);
  }
  return ms;
}

function toNumber(text: string): number | undefined {
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}
