import type { Redis } from "ioredis";
import type { RedisKeys } from "../redis/keys.ts";
import { loadScript, runScript } from "../redis/script.ts";

const script = loadScript(new URL("./acknowledge.lua", import.meta.url));

/**
 * Bytes of one stream that may be between the worker and the client's socket:
 * bounds the memory that a slow reader takes in Redis and in the gateway.
 */
export const streamWindowBytes = 256 * 1024;
/** Bytes after which the gateway reports how much the client has taken. */
export const acknowledgeEveryBytes = streamWindowBytes / 4;

/** Longer than any stall that a worker tolerates. */
const takenTtlMs = 3_600_000;

/** Reports how many bytes of a stream the client has taken in all. */
export async function acknowledge(
  redis: Redis,
  redisKeys: RedisKeys,
  stream: { workerId: string; jobId: string },
  takenBytes: number,
): Promise<void> {
  await runScript(
    redis,
    script,
    [
      redisKeys.streamTaken(stream.jobId),
      redisKeys.workerCredits(stream.workerId),
    ],
    [stream.jobId, takenBytes, takenTtlMs],
  );
}

/** Reads the latest report of {@link acknowledge}. */
export async function readTaken(
  redis: Redis,
  redisKeys: RedisKeys,
  jobId: string,
): Promise<number> {
  return Number((await redis.get(redisKeys.streamTaken(jobId))) ?? 0);
}

/** Splits a message on a worker's channel of credits. */
export function parseCredit(
  message: string,
): { jobId: string; takenBytes: number } | undefined {
  const [jobId, bytes] = message.split(" ");
  const takenBytes = Number(bytes);
  return jobId && Number.isFinite(takenBytes)
    ? { jobId, takenBytes }
    : undefined;
}
