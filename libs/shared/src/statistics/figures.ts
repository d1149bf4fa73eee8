/** Durations that are stored as distributions. */
export type DurationName =
  /** From the gateway's receipt of the request to the call that brought the answer. */
  | "wait"
  /** One call of OpenRouter, a stream to its end. */
  | "call"
  /** From the client's request to its answer. */
  | "total";

/** Events that are counted. */
export type CounterName =
  /** A finished request, by its client's status; 499: the client had gone. */
  | `status:${number}`
  /** The classification of an answer of OpenRouter, such as `account-limited:minute`. */
  | `verdict:${string}`;

/** The field of a slice that counts the durations in one bin. */
export function durationField(name: DurationName, bin: number): string {
  return `ms:${name}:${bin}`;
}
