import { TimeoutError } from "../timers/with-timeout.ts";
import { isOutOfMemory } from "./out-of-memory.ts";
import { isPassingAnswer } from "./passing-answer.ts";

/** Errors of ioredis about a connection. */
const connectionLost =
  /^(Connection is closed|Stream isn't writeable|Command timed out|Command aborted)/;
const networkCodes: ReadonlySet<unknown> = new Set([
  "EAI_AGAIN",
  "ECONNABORTED",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
]);

/** Whether a command failed because Redis is away or cannot serve it now: the same command works later. */
export function isRedisOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, previousErrors = [] } = error as {
    code?: unknown;
    previousErrors?: unknown[];
  };
  return (
    isOutOfMemory(error) ||
    error instanceof TimeoutError ||
    isPassingAnswer(error) ||
    connectionLost.test(error.message) ||
    networkCodes.has(code) ||
    previousErrors.some(isRedisOutage)
  );
}
