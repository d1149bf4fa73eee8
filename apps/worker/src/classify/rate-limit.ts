import {
  boundAccountReset,
  boundModelPause,
  type LimitWindows,
  readRateLimitReset,
  readResetAfter,
  readRetryAfter,
} from "../answer/retry-timing.ts";
import type { AnswerClassification } from "./answer-classification.ts";
import type { ErrorDetails } from "./errors/error-details.ts";

type Headers = Readonly<Record<string, string>>;

/**
 * Works out whose limit a 429 is about. The response's headers take precedence over their copy in
 * the body. Without evidence the key is not blamed.
 */
export function readRateLimit(
  details: ErrorDetails,
  realHeaders: Headers,
  context: { readonly now: number; readonly windows?: LimitWindows },
): AnswerClassification {
  const { now, windows } = context;
  const headers = { ...details.headers, ...realHeaders };
  const retryAfterMs = details.retryAfterMs ?? readRetryAfter(headers, now);
  const resetMs = readRateLimitReset(headers, now);
  const resetAfterMs = readResetAfter(details.message);

  if (isFromProvider(details)) return limitModel(retryAfterMs ?? resetMs);
  if (isModelCap(details)) return limitModel(resetMs ?? retryAfterMs);
  const limit =
    findAccountLimit(details) ??
    (resetAfterMs === undefined && resetMs === undefined ? null : "stated");
  if (limit === null) return limitModel(retryAfterMs);
  const statedMs = resetMs ?? resetAfterMs ?? retryAfterMs;
  const durationMs = boundAccountReset(statedMs, limit, now, windows);
  return {
    kind: "account-limited",
    limit,
    durationMs,
    quota: readQuota(headers),
  };
}

function limitModel(statedMs: number | undefined): AnswerClassification {
  return { kind: "model-limited", durationMs: boundModelPause(statedMs) };
}

function isFromProvider(details: ErrorDetails): boolean {
  return (
    details.limitSource === "upstream_provider_shared_pool" ||
    details.isFromProvider
  );
}

function isModelCap({ message }: ErrorDetails): boolean {
  return /\blimit_r(p[md]|equests)\b|limit_rp[md]\//i.test(message);
}

function findAccountLimit({
  message,
  limitSource = "",
}: ErrorDetails): "minute" | "day" | undefined {
  if (/free-models-per-min/i.test(message) || /_per_minute$/.test(limitSource))
    return "minute";
  if (/free-models-per-day/i.test(message) || /_daily$/.test(limitSource))
    return "day";
  return undefined;
}

function readQuota(headers: Headers): number | undefined {
  const quota = Number(headers["x-ratelimit-limit"]);
  return Number.isInteger(quota) && quota > 0 ? quota : undefined;
}
