import type { OutcomeName } from "../metrics/dispatch-metrics.ts";
import type { Disposition } from "./disposition.ts";

/** Where a job goes. */
export type Move =
  /** It is over, and stays visible for as long as its gateway wished. */
  | "finish"
  /** It is over, and leaves nothing behind. */
  | "remove"
  /** Back to the head of the line. */
  | "to-front"
  /** Back to the queue after a delay; it keeps its place. */
  | "delay"
  /** It stays where it is. */
  | "stay";

type Settlement = {
  readonly level: "debug" | "info";
  /** Line in the log. */
  readonly message: string;
  /** `outcome` of `orpool_job_outcomes_total`. */
  readonly metric: OutcomeName;
  readonly move: Move;
};

// One line each, so that they can be compared.
// biome-ignore format: a table
/** How each disposition is logged and counted, and where its job goes. */
export const settlements = {
  answered: { level: "debug", message: "Answered a request", metric: "answered", move: "finish" },
  failed: { level: "info", message: "Gave up a request", metric: "failed", move: "finish" },
  "stream-ended": { level: "debug", message: "Ended a stream", metric: "stream-ended", move: "finish" },
  "stream-broken": { level: "info", message: "Broke off a stream", metric: "stream-broken", move: "finish" },
  closed: { level: "info", message: "Closed a request that a lost worker had answered", metric: "closed", move: "finish" },
  "put-back": { level: "debug", message: "Put a request back at the head of the line", metric: "put-back", move: "to-front" },
  "held-for-client": { level: "debug", message: "Has a request wait for its client's budget", metric: "held-for-client", move: "to-front" },
  "deferred-for-model": { level: "info", message: "Delayed a request until its model has cooled down", metric: "deferred-for-model", move: "delay" },
  "deferred-for-proof": { level: "debug", message: "Delayed a request until another call has proven its model", metric: "deferred-for-proof", move: "delay" },
  "deferred-for-gateway": { level: "info", message: "Delayed a request until its gateway is heard of", metric: "deferred-for-gateway", move: "delay" },
  retried: { level: "info", message: "Will try a request again", metric: "retried", move: "delay" },
  left: { level: "info", message: "Left a request whose lock has lapsed to other workers", metric: "left", move: "stay" },
  dropped: { level: "info", message: "Dropped a request that nobody waits for", metric: "dropped", move: "remove" },
  disowned: { level: "info", message: "Dropped a request whose gateway seems to be gone", metric: "disowned", move: "remove" },
  cancelled: { level: "info", message: "Called off a request", metric: "called-off", move: "remove" },
  interrupted: { level: "info", message: "Called off a request", metric: "called-off", move: "to-front" },
} as const satisfies Record<Disposition["kind"], Settlement>;
