import type { ErrorDetails } from "./error-details.ts";

/** The status that a code in words means, in the spellings of OpenRouter, OpenAI and Anthropic. */
const statusOfWord: Readonly<Record<string, number>> = {
  bad_request: 400,
  invalid_request: 400,
  invalid_request_error: 400,
  invalid_prompt: 400,
  context_length_exceeded: 400,
  authentication: 401,
  authentication_error: 401,
  invalid_api_key: 401,
  unauthorized: 401,
  billing_error: 402,
  insufficient_credits: 402,
  payment_required: 402,
  content_filter: 403,
  forbidden: 403,
  moderation: 403,
  permission_error: 403,
  model_not_found: 404,
  not_found: 404,
  not_found_error: 404,
  request_timeout: 408,
  payload_too_large: 413,
  request_too_large: 413,
  unprocessable: 422,
  unprocessable_entity: 422,
  rate_limit: 429,
  rate_limit_error: 429,
  rate_limit_exceeded: 429,
  rate_limited: 429,
  resource_exhausted: 429,
  too_many_requests: 429,
  api_error: 500,
  internal_error: 500,
  internal_server_error: 500,
  server_error: 500,
  bad_gateway: 502,
  provider_unavailable: 502,
  upstream_error: 502,
  overloaded: 503,
  overloaded_error: 503,
  provider_overloaded: 503,
  service_unavailable: 503,
  unavailable: 503,
  timeout: 504,
  timeout_error: 504,
};

/** Messages of OpenRouter that determine the status, whatever the code. */
const statusOfMessage: readonly (readonly [RegExp, number])[] = [
  [/\bfree-models-per-(min|day)/i, 429],
  [/\blimit_rp[md]\//i, 429],
  [/\brate limit exceeded\b|\brate.limited\b|\btoo many requests\b/i, 429],
  [/\binsufficient credits\b/i, 402],
  [/\bkey limit exceeded\b/i, 403],
  [/^user not found\.?$|\bno (cookie )?auth credentials found\b/i, 401],
  [/\bis not a valid model id\b/i, 400],
  [/^no endpoints (found|available)\b/i, 404],
];

/** The status that an error inside a 2xx means; 502 when nothing tells its kind. */
export function statusOfError(details: ErrorDetails): number {
  if (isAccountLimit(details)) return 429;
  return statedStatus(details) ?? toldStatus(details) ?? 502;
}

/**
 * The status that an error status means: rate limits also come under other statuses, and only the
 * body says so.
 */
export function statusOfAnswer(status: number, details: ErrorDetails): number {
  return isAccountLimit(details) || statedStatus(details) === 429
    ? 429
    : status;
}

/** Whether the error is about an account's limit; providers never report one. */
function isAccountLimit({ message, limitSource = "" }: ErrorDetails): boolean {
  return (
    /\bfree-models-per-(min|day)/i.test(message) ||
    /^openrouter_free_tier_/.test(limitSource)
  );
}

function statedStatus({ codes }: ErrorDetails): number | undefined {
  for (const code of codes) {
    const status = /^\d{3}$/.test(code)
      ? Number(code)
      : statusOfWord[code.toLowerCase()];
    if (status !== undefined && status >= 400 && status < 600) return status;
  }
  return undefined;
}

function toldStatus({ message }: ErrorDetails): number | undefined {
  return statusOfMessage.find(([pattern]) => pattern.test(message))?.[1];
}
