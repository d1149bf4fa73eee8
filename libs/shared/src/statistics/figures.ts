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

/** The field of a slice that counts the durations in one bin. */
export function durationField(name: DurationName, bin: number): string {
  return `ms:${name}:${bin}`;
}
