import type { Redis } from "ioredis";
import { withFallback } from "../timers/with-timeout.ts";

/** How long Redis may take to answer a process that stops. */
const answerTimeoutMs = 3_000;

/** Asks Redis for a sign of life, for a process that stops. @returns why it cannot be told anything, when it gives none. */
export async function findOutage(redis: Redis): Promise<string | undefined> {
  const isThere = redis.ping().then(
    () => true,
    () => false,
  );
  return (await withFallback(isThere, answerTimeoutMs, false))
    ? undefined
    : "Redis does not answer";
}
