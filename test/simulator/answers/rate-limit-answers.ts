import type { ErrorFault, RateLimitHeadersIn } from "../faults/faults.ts";
import type { ErrorContext } from "./error-context.ts";
import {
  cloudflareAnswer,
  type HttpAnswer,
  jsonAnswer,
} from "./http-answer.ts";

type FaultOf<Kind extends ErrorFault["kind"]> = Extract<
  ErrorFault,
  { kind: Kind }
>;

type RateLimit = {
  message: string;
  source: string | undefined;
  hint: string;
  limit: number;
  resetAt: number;
  headersIn: RateLimitHeadersIn | undefined;
};

const FREE_TIER_DAILY_LIMIT = 50;
const HIGH_BALANCE_DAILY_LIMIT = 1000;
// The cap that was seen on a hot model.
const MODEL_CAP_ID = "3f1c2b7e-5d0a-4e6b-9c1f-2a7d8e4b6f10";

function buildRateLimit(rate: RateLimit, context: ErrorContext): HttpAnswer {
  const { headersIn = "both" } = rate;
  const headers = {
    "X-RateLimit-Limit": String(rate.limit),
    "X-RateLimit-Remaining": "0",
    "X-RateLimit-Reset": String(Math.ceil(rate.resetAt)),
  };
  const inBody = headersIn === "both" || headersIn === "body";
  const inHttp = headersIn === "both" || headersIn === "http";
  const body = {
    error: {
      message: rate.message,
      code: 429,
      metadata: {
        ...(inBody ? { headers } : {}),
        ...(rate.source === undefined ? {} : { limit_source: rate.source }),
        remedy_hint: rate.hint,
        provider_name: null,
      },
    },
    user_id: context.userId,
  };
  return jsonAnswer(429, body, inHttp ? headers : {});
}

/** Kind A: the account's minute. */
export function buildAccountMinute(
  fault: FaultOf<"429-account-minute">,
  context: ErrorContext,
): HttpAnswer {
  const { spelling = "free-models-per-min", resetInMs, headersIn } = fault;
  return buildRateLimit(
    {
      message: `Rate limit exceeded: ${spelling}. `,
      source: "openrouter_free_tier_per_minute",
      hint: "Wait for the window to reset before sending more free requests.",
      limit: context.perMinute,
      resetAt:
        resetInMs === undefined
          ? context.minuteResetAt
          : context.now + resetInMs,
      headersIn,
    },
    context,
  );
}

/** Kind B: the account's day, in the words of its tier. */
export function buildAccountDay(
  fault: FaultOf<"429-account-day">,
  context: ErrorContext,
): HttpAnswer {
  const tier = fault.tier ?? (context.paid ? "high-balance" : "free");
  const isHigh = tier === "high-balance";
  const tierLimit = isHigh ? HIGH_BALANCE_DAILY_LIMIT : FREE_TIER_DAILY_LIMIT;
  const limit =
    fault.limit ?? (fault.tier === undefined ? context.perDay : tierLimit);
  return buildRateLimit(
    {
      message: isHigh
        ? "Rate limit exceeded: free-models-per-day-high-balance. "
        : "Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 free model requests per day",
      source: "openrouter_free_tier_daily",
      hint: "The daily allowance of free requests resets at midnight UTC.",
      limit,
      resetAt:
        fault.resetInMs === undefined
          ? context.dayResetAt
          : context.now + fault.resetInMs,
      headersIn: fault.headersIn,
    },
    context,
  );
}

/** The original design's `reset-after: N`, in seconds; nothing else to go by. */
export function buildAccountResetAfter(
  fault: FaultOf<"429-account-reset-after">,
  context: ErrorContext,
): HttpAnswer {
  const message = `Rate limit exceeded, reset-after: ${fault.seconds}`;
  return jsonAnswer(429, {
    error: { message, code: 429 },
    user_id: context.userId,
  });
}

/** Kind C: OpenRouter's cap on a hot model. */
export function buildModelCap(
  fault: FaultOf<"429-model-cap">,
  context: ErrorContext,
): HttpAnswer {
  const limit = fault.limit ?? context.modelLimit;
  const name = context.model.replace(/:free$/, "");
  return buildRateLimit(
    {
      message: `Rate limit exceeded: limit_rpm/${name}/${MODEL_CAP_ID}. High demand for ${context.model} on OpenRouter - limited to ${limit} requests per minute. Please retry shortly.`,
      source: undefined,
      hint: "Retry shortly, or use another model.",
      limit,
      resetAt:
        fault.resetInMs === undefined
          ? context.modelResetAt
          : context.now + fault.resetInMs,
      headersIn: "both",
    },
    context,
  );
}

/** Kind D: the provider's pool, shared by everybody who uses the model. */
export function buildProviderPool(
  fault: FaultOf<"429-provider-pool">,
  context: ErrorContext,
): HttpAnswer {
  const seconds = fault.retryAfterSeconds;
  const headers: Record<string, string> =
    seconds === undefined ? {} : { "Retry-After": String(seconds) };
  const metadata = {
    raw: `${context.model} is temporarily rate-limited upstream. Please retry shortly, or add your own key to accumulate your rate limits: https://openrouter.ai/settings/integrations`,
    provider_name: context.provider,
    is_byok: false,
    provider_error_code: "429",
    limit_source: "upstream_provider_shared_pool",
    ...(seconds === undefined ? {} : { retry_after_seconds: seconds, headers }),
  };
  const error = { message: "Provider returned error", code: 429, metadata };
  return jsonAnswer(429, { error, user_id: context.userId }, headers);
}

/** Kind E as JSON: nothing says whose limit it was. */
export function buildGeneric429(fault: FaultOf<"429-generic">): HttpAnswer {
  const error = {
    code: 429,
    message: "Rate limit exceeded",
    metadata: { error_type: "rate_limit_exceeded" },
  };
  return jsonAnswer(429, { error }, retryAfter(fault.retryAfterSeconds));
}

/** Kind E as a page of Cloudflare's. */
export function buildCloudflare429(
  fault: FaultOf<"429-cloudflare">,
): HttpAnswer {
  const headers = retryAfter(fault.retryAfterSeconds);
  return cloudflareAnswer(
    429,
    "Error 1015: You are being rate limited",
    headers,
  );
}

function retryAfter(seconds: number | undefined): Record<string, string> {
  return seconds === undefined ? {} : { "Retry-After": String(seconds) };
}
