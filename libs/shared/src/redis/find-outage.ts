import type { Redis } from "ioredis";
import { withFallback } from "../timers/with-timeout.ts";

/** How long Redis may take to answer a process that stops. */
const answerTimeoutMs = 3_000;

/** Pings Redis, for a process that stops. @returns why it cannot be used, when it does not answer in time. */
export async function findOutage(redis: Redis): Promise<string | undefined> {
  const isThere = redis.ping().then(
    () => true,
    () => false,
  );
  return (await withFallback(isThere, answerTimeoutMs, false))
    ? undefined
    : "Redis does not answer";
}
