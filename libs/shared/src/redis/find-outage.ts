import type { Redis } from "ioredis";
import { withFallback } from "../timers/with-timeout.ts";

/** Pings Redis. @returns why it cannot be used, when it does not answer within `timeoutMs`. */
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
