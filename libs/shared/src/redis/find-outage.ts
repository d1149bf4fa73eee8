import type { Redis } from "ioredis";
import { withFallback } from "../timers/with-timeout.ts";

/** Asks Redis for a sign of life. @returns why it cannot be told anything, when it gives none within `timeoutMs`. */
export async function findOutage(
  redis: Redis,
  timeoutMs: number,
): Promise<string | undefined> {
  const isThere = redis.ping().then(
    () => true,
    () => false,
  );
  return (await withFallback(isThere, timeoutMs, false))
    ? undefined
    : "Redis does not answer";
}
