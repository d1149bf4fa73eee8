import type { KeepFinished } from "@openrouter-free-pool/shared/dispatch/add-to-queue";

/** Finished requests stay visible for a day at most. */
const keptSeconds = 86_400;
/** Memory in Redis that a finished request takes in addition to its payloads, approximately, in bytes. */
const withoutPayloadBytes = 4 * 1024;
/** The queue has one list for completed and one for failed jobs. */
const lists = 2;

/** How many finished requests stay on the queue, and how much of each. */
export type FinishedRetention = {
  readonly keep: KeepFinished;
  /** Bytes that may stay of one request's body and answer. */
  readonly payloadBytes: number;
};

/**
 * Divides the memory for finished requests among them.
 *
 * @param most `count`: how many may stay; `bytes`: what they may take together.
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
  const keep = { count, ageSeconds: keptSeconds };
  if (count === 0) return { keep, payloadBytes: 0 };
  const payloadBytes = Math.floor(bytesOfList / count) - withoutPayloadBytes;
  return { keep, payloadBytes };
}
