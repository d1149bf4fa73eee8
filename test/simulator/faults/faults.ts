/** Where the X-RateLimit-* values of an account 429 are shown: clients must read either place. */
export type RateLimitHeadersIn = "both" | "http" | "body" | "none";

/** Failures that are an ordinary JSON error envelope with this status. */
export type PlainStatusKind =
  | "400"
  | "400-context-length"
  | "400-invalid-id"
  | "401"
  | "402"
  | "403-moderation"
  | "403-key-limit"
  | "404-no-endpoints"
  | "404-period-ended"
  | "404-tool-use"
  | "404-image-input"
  | "404-parameters"
  | "404-data-policy"
  | "404-guardrails"
  | "408"
  | "413"
  | "422"
  | "500"
  | "502"
  | "503"
  | "504"
  | "524"
  | "529";

/** `deflate` has its zlib header, `deflate-raw` lacks it; both are labelled `deflate`. */
export type ContentEncoding =
  | "gzip"
  | "deflate"
  | "deflate-raw"
  | "br"
  | "zstd";

/** Failures of a whole answer: refused before any model ran, or instead of its answer. */
export type ErrorFault =
  | {
      kind: "429-account-minute";
      /** Milliseconds from now; the account's true reset when absent. */
      resetInMs?: number;
      spelling?: "free-models-per-min" | "free-models-per-minute";
      headersIn?: RateLimitHeadersIn;
    }
  | { kind: "429-account-reset-after"; seconds: number }
  | {
      kind: "429-account-day";
      /** Milliseconds from now; the end of the day when absent. */
      resetInMs?: number;
      tier?: "free" | "high-balance";
      /** Requests a day shown; 50 or 1000 with a tier, the account's own when absent. */
      limit?: number;
      headersIn?: RateLimitHeadersIn;
    }
  | { kind: "429-model-cap"; limit?: number; resetInMs?: number }
  | { kind: "429-provider-pool"; retryAfterSeconds?: number }
  | { kind: "429-generic"; retryAfterSeconds?: number }
  | { kind: "429-cloudflare"; retryAfterSeconds?: number }
  | { kind: PlainStatusKind; message?: string; retryAfterSeconds?: number }
  | { kind: "502-html" }
  | {
      kind: "custom";
      status: number;
      headers?: Record<string, string>;
      body: string;
      /** The body is sent so encoded, under the header that says so. */
      encoding?: ContentEncoding;
    };

/** What can be wrong with a text that arrives whole. `text`: no JSON, although it was asked for. */
export type AnswerFlaw = "empty" | "cut" | "text" | "wrong-schema";

/** An answer with such a text; a tool call is not affected. */
export type ContentFault = { kind: `${AnswerFlaw}-content` };

/** Failures in how a 200 is delivered. `afterEvents` counts `data:` events, the role delta included. */
export type DeliveryFault =
  | ContentFault
  | {
      kind: "embedded-error";
      code?: number | string;
      message?: string;
      errorType?: string;
    }
  | { kind: "choice-error"; code?: number | string; message?: string }
  | { kind: "whitespace-body" }
  | { kind: "empty-stream" }
  | {
      kind: "stream-error";
      /** 0 makes the error the first and only event. */
      afterEvents?: number;
      code?: number | string;
      message?: string;
      errorType?: string;
    }
  | { kind: "drop-before-headers" }
  | { kind: "drop-mid-body" }
  | { kind: "drop-mid-stream"; afterEvents?: number }
  | { kind: "hang-before-headers" }
  | { kind: "hang-mid-stream"; afterEvents?: number }
  | { kind: "slow"; extraMs: number }
  | { kind: "large-body"; bytes: number }
  | { kind: "truncated-json" };

/** A failure that strikes with a probability of `percent` (0 to 100). */
export type PercentFault = { kind: "percent"; percent: number; fault: Fault };

/** Everything that can be made to go wrong with a call. */
export type Fault = ErrorFault | DeliveryFault | PercentFault;

/** A fault after its probability has been drawn. */
export type CertainFault = ErrorFault | DeliveryFault;

/** A one-shot (or `times`-shot) fault for the next calls that match. */
export type ScriptRule = {
  match?: {
    key?: string;
    account?: string;
    model?: string;
    /** Below the base path, e.g. `/chat/completions`. GET endpoints match only when named here. */
    path?: string;
    stream?: boolean;
    marker?: string;
  };
  /** Calls that the rule strikes before it is used up; 1 when absent. */
  times?: number;
  fault: Fault;
};
