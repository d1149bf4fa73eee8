import { setTimeout as sleep } from "node:timers/promises";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import { acknowledge } from "@openrouter-free-pool/shared/replies/stream-credit";
import type { Redis } from "ioredis";

/** A worker must hear from a client that reads: otherwise it ends the stream. */
const againMs = 200;

/** How much of a stream its client has taken. */
export type StreamProgress = {
  readonly workerId: string;
  /** Bytes that the client has taken in all, at this moment. */
  readonly takenBytes: () => number;
  /** Whether the same call still feeds the stream. */
  readonly isCurrent: () => boolean;
};

/**
 * Tells the worker how much the client has taken; repeated until Redis accepts it, or another call
 * feeds the stream.
 */
export async function acknowledgeStream(
  { redis, redisKeys }: { redis: Redis; redisKeys: RedisKeys },
  jobId: string,
  { workerId, takenBytes, isCurrent }: StreamProgress,
): Promise<void> {
  const stream = { workerId, jobId };
  for (;;) {
    try {
      // An earlier figure never replaces a later one: each try sends the latest.
      return await acknowledge(redis, redisKeys, stream, takenBytes());
    } catch (error) {
      await sleep(againMs, undefined, { ref: false });
      if (!isCurrent()) throw error;
    }
  }
}
