import type {
  AnswerFlaw,
  CertainFault,
  ContentFault,
  DeliveryFault,
} from "./faults.ts";

const DELIVERY_KINDS: ReadonlySet<string> = new Set<DeliveryFault["kind"]>([
  "embedded-error",
  "choice-error",
  "whitespace-body",
  "empty-stream",
  "stream-error",
  "drop-before-headers",
  "drop-mid-body",
  "drop-mid-stream",
  "hang-before-headers",
  "hang-mid-stream",
  "slow",
  "large-body",
  "truncated-json",
  "empty-content",
  "cut-content",
  "text-content",
  "wrong-schema-content",
]);

/** Tells the failures of delivery from those of the whole answer. */
export function isDeliveryFault(fault: CertainFault): fault is DeliveryFault {
  return DELIVERY_KINDS.has(fault.kind);
}

const FLAWS: ReadonlyMap<string, AnswerFlaw> = new Map<
  ContentFault["kind"],
  AnswerFlaw
>([
  ["empty-content", "empty"],
  ["cut-content", "cut"],
  ["text-content", "text"],
  ["wrong-schema-content", "wrong-schema"],
]);

/** What a fault makes wrong with the text of an answer. */
export function findFlaw(
  fault: CertainFault | undefined,
): AnswerFlaw | undefined {
  return fault === undefined ? undefined : FLAWS.get(fault.kind);
}

// Turned away at OpenRouter's own door: an answer without the model's latency.
const IMMEDIATE_KINDS: ReadonlySet<string> = new Set([
  "429-account-minute",
  "429-account-reset-after",
  "429-account-day",
  "429-cloudflare",
  "400",
  "400-context-length",
  "400-invalid-id",
  "401",
  "402",
  "403-key-limit",
  "404-no-endpoints",
  "404-period-ended",
  "404-tool-use",
  "404-image-input",
  "404-parameters",
  "404-data-policy",
  "404-guardrails",
  "413",
  "422",
]);

/** Whether the answer comes without waiting for `latencyMs`. */
export function isImmediate(fault: CertainFault): boolean {
  return IMMEDIATE_KINDS.has(fault.kind);
}

const UNCOUNTED_KINDS: ReadonlySet<string> = new Set([
  "429-account-minute",
  "429-account-reset-after",
  "429-account-day",
  "429-cloudflare",
  "400-invalid-id",
  "401",
]);

/** Whether a call struck by this fault still spends the account's quota. */
export function spendsQuota(fault: CertainFault): boolean {
  return !UNCOUNTED_KINDS.has(fault.kind);
}
