import type { KeepFinished } from "@openrouter-free-pool/shared/queue/add-to-queue";

/** Finished requests are visible for a day at most. */
const keptSeconds = 86_400;
/** What a finished request takes of Redis's memory in addition to its payloads, roughly, in bytes. */
const withoutPayloadBytes = 4 * 1024;
/** The queue counts those that failed apart from those that did not. */
const lists = 2;

/** How many finished requests stay on the queue, and how much of each. */
export type FinishedRetention = {
  readonly keep: KeepFinished;
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
  const keep = { count, ageSeconds: keptSeconds };
  if (count === 0) return { keep, payloadBytes: 0 };
  const payloadBytes = Math.floor(bytesOfList / count) - withoutPayloadBytes;
  return { keep, payloadBytes };
}
