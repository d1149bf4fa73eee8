import type { ErrorDetails } from "./error-details.ts";
import { readRetryAfter } from "./retry-after.ts";
import type { Verdict } from "./verdict.ts";

type Headers = Readonly<Record<string, string>>;

/** Clocks that differ by less are taken as equal: `Date` has whole seconds. */
const toleratedSkewMs = 2_000;

/**
 * Tells whose limit a 429 speaks of. The real headers count before their copy in
 * the body. With nothing to go by, the key is not blamed.
 */
export function readRateLimit(
  details: ErrorDetails,
  realHeaders: Headers,
  now: number,
): Verdict {
  const headers = { ...details.headers, ...realHeaders };
  const { message, limitSource = "" } = details;
  const retryAfterMs = details.retryAfterMs ?? readRetryAfter(headers, now);
  const resetMs = readReset(headers, now);

  if (
    limitSource === "upstream_provider_shared_pool" ||
    details.isFromProvider
  ) {
    return { kind: "model-limited", restMs: retryAfterMs ?? resetMs };
  }
  if (/\blimit_r(p[md]|equests)\b|limit_rp[md]\//i.test(message)) {
    return { kind: "model-limited", restMs: resetMs ?? retryAfterMs };
  }
  const restMs = resetMs ?? readResetAfter(message) ?? retryAfterMs;
  const quota = readQuota(headers);
  if (/free-models-per-min/i.test(message) || /per_minute$/.test(limitSource)) {
    return { kind: "account-limited", limit: "minute", restMs, quota };
  }
  if (/free-models-per-day/i.test(message) || /_daily$/.test(limitSource)) {
    return { kind: "account-limited", limit: "day", restMs, quota };
  }
  if (readResetAfter(message) !== undefined || resetMs !== undefined) {
    return { kind: "account-limited", limit: "stated", restMs, quota };
  }
  return { kind: "model-limited", restMs: retryAfterMs };
}

/** `reset-after: N`, N in seconds. */
function readResetAfter(message: string): number | undefined {
  const seconds = message.match(/reset-after:\s*(\d+(?:\.\d+)?)/i)?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1_000;
}

function readQuota(headers: Headers): number | undefined {
  const quota = Number(headers["x-ratelimit-limit"]);
  return Number.isInteger(quota) && quota > 0 ? quota : undefined;
}

/** `X-RateLimit-Reset` is epoch ms on OpenRouter's clock; ms from now on ours. */
function readReset(headers: Headers, now: number): number | undefined {
  const reset = Number(headers["x-ratelimit-reset"]);
  if (!Number.isFinite(reset) || reset <= 0) return undefined;
  const resetAt = reset < 1e11 ? reset * 1_000 : reset;
  const theirNow = Date.parse(headers.date ?? "");
  const skewMs = theirNow - now;
  const clock = Math.abs(skewMs) > toleratedSkewMs ? theirNow : now;
  return Math.max(0, resetAt - clock);
}
