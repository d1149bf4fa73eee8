/** Durations that are kept as distributions. */
export type DurationName =
  /** From the gateway's hand to the call that brought the answer. */
  | "wait"
  /** One call of OpenRouter, a stream to its end. */
  | "call"
  /** From the client's request to its answer. */
  | "total";

/** Events that are counted. */
export type CounterName =
  /** A request was over, by the status that its client got; 499: it had gone. */
  | `status:${number}`
  /** What an answer of OpenRouter meant, such as `account-limited:minute`. */
  | `verdict:${string}`;

/** Length of the time slice that is counted together. */
export const bucketMs = 10_000;
/** How long slices are kept: the hour that is shown, and some more. */
export const bucketTtlMs = 3_900_000;

/** The slice that a moment (ms since the epoch, by Redis's clock) belongs to. */
export function bucketAt(time: number): number {
  return Math.floor(time / bucketMs);
}

/** The field of a slice that counts the durations in one bin. */
export function durationField(name: DurationName, bin: number): string {
  return `ms:${name}:${bin}`;
}
