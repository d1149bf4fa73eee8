import type { FailureReply } from "./reply.ts";

/** The status of a queued request that has no answer. */
export const failureStatus = {
  "model-gone": 404,
  "keys-rate-limited": 429,
  "worker-crashed": 502,
  "body-lost": 503,
  "no-usable-key": 503,
  removed: 503,
  "waited-out": 504,
} as const satisfies Record<FailureReply["code"], number>;
