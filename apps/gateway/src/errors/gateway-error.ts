import { failureStatus } from "@openrouter-free-pool/shared/replies/failure-status";

/** The status that nginx logs for a client that closed the connection. */
export const clientGone = 499;

/** Each error of our own: its status, and its `type` in OpenAI's sense. */
const gatewayErrors = {
  "invalid-request": { status: 400, type: "invalid_request_error" },
  "wrong-api-key": { status: 401, type: "authentication_error" },
  "client-disabled": { status: 401, type: "authentication_error" },
  "client-expired": { status: 401, type: "authentication_error" },
  // Of the operators' part of the API.
  "wrong-password": { status: 401, type: "authentication_error" },
  "no-admin-password": { status: 403, type: "permission_error" },
  "too-many-passwords": { status: 429, type: "rate_limit_error" },
  // A web page of another origin, without a key.
  "foreign-origin": { status: 403, type: "permission_error" },
  // A request that could be billed, while FREE_ONLY is set.
  "not-free": { status: 403, type: "not_free" },
  "model-not-allowed": { status: 403, type: "permission_error" },
  "model-not-found": { status: 404, type: "model_not_found" },
  "model-gone": {
    status: failureStatus["model-gone"],
    type: "model_not_found",
  },
  "not-found": { status: 404, type: "not_found_error" },
  "method-not-allowed": { status: 405, type: "invalid_request_error" },
  conflict: { status: 409, type: "invalid_request_error" },
  cancelled: { status: 410, type: "invalid_request_error" },
  "body-too-large": { status: 413, type: "invalid_request_error" },
  "unsupported-media-type": { status: 415, type: "invalid_request_error" },
  "foreign-host": { status: 421, type: "invalid_request_error" },
  "idempotency-mismatch": { status: 422, type: "invalid_request_error" },
  "range-not-satisfiable": { status: 416, type: "invalid_request_error" },
  "client-queue-full": { status: 429, type: "rate_limit_error" },
  "client-budget-spent": { status: 429, type: "rate_limit_error" },
  "client-uploads-full": { status: 429, type: "rate_limit_error" },
  "keys-rate-limited": {
    status: failureStatus["keys-rate-limited"],
    type: "rate_limit_error",
  },
  internal: { status: 500, type: "internal_error" },
  "upstream-unreachable": { status: 502, type: "upstream_error" },
  "worker-crashed": {
    status: failureStatus["worker-crashed"],
    type: "upstream_error",
  },
  "redis-down": { status: 503, type: "service_unavailable" },
  "queue-full": { status: 503, type: "service_unavailable" },
  "gateway-busy": { status: 503, type: "service_unavailable" },
  "body-lost": {
    status: failureStatus["body-lost"],
    type: "service_unavailable",
  },
  "uploads-full": { status: 503, type: "service_unavailable" },
  "storage-failed": { status: 503, type: "service_unavailable" },
  "no-usable-key": {
    status: failureStatus["no-usable-key"],
    type: "service_unavailable",
  },
  removed: { status: failureStatus.removed, type: "service_unavailable" },
  // No client is there to read it.
  "client-gone": { status: clientGone, type: "client_closed_request" },
  // The client has received a part of a stream already.
  "stream-broken": { status: 502, type: "upstream_error" },
  stopping: { status: 503, type: "service_unavailable" },
  "waited-out": { status: failureStatus["waited-out"], type: "timeout_error" },
} as const satisfies Record<string, { status: number; type: string }>;

/** Names of our errors. */
type GatewayErrorCode = keyof typeof gatewayErrors;

/** An error of our own, to be sent to the client. */
export class GatewayError extends Error {
  override name = "GatewayError";
  readonly code: GatewayErrorCode;
  /** Sent as `Retry-After`, in seconds rounded up. */
  readonly retryAfterMs: number | undefined;
  /** More response headers. */
  readonly headers: Readonly<Record<string, string>>;
  /** More for `error.metadata`. */
  readonly metadata: Readonly<Record<string, unknown>>;

  constructor(
    code: GatewayErrorCode,
    message: string = code,
    options: {
      cause?: unknown;
      retryAfterMs?: number;
      headers?: Readonly<Record<string, string>>;
      metadata?: Readonly<Record<string, unknown>>;
    } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
    this.headers = options.headers ?? {};
    this.metadata = options.metadata ?? {};
  }

  get status(): number {
    return gatewayErrors[this.code].status;
  }

  /** In OpenAI's sense. */
  get type(): string {
    return gatewayErrors[this.code].type;
  }
}

/** Whole seconds, at least one: `Retry-After: 0` would cause a burst of retries. */
export function toSeconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1_000));
}
