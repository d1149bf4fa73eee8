/** Finished requests are visible for a day at most. */
const keptSeconds = 86_400;
/** What a finished request takes of Redis's memory besides its payloads, roughly, in bytes. */
const withoutPayloadBytes = 4 * 1024;
/** BullMQ counts those that failed apart from those that did not. */
const lists = 2;

/** How many finished requests stay on the queue, and how much of each. */
export type FinishedRetention = {
  readonly keep: true | { readonly count: number; readonly age: number };
  /** Bytes that may stay of one request's body and answer. */
  readonly payloadBytes: number;
};

/**
 * Splits the memory that finished requests may take among them.
 *
 * @param most `count`: how many may stay; `bytes`: what all may take together.
 */
export function planFinishedRetention(most: {
  count: number;
  bytes: number;
}): FinishedRetention {
  const bytesOfList = most.bytes / lists;
  const count = Math.min(
    most.count,
    Math.floor(bytesOfList / withoutPayloadBytes),
  );
  // In BullMQ's words: `true` removes a job as soon as it is finished.
  if (count === 0) return { keep: true, payloadBytes: 0 };
  const payloadBytes = Math.floor(bytesOfList / count) - withoutPayloadBytes;
  return { keep: { count, age: keptSeconds }, payloadBytes };
}
