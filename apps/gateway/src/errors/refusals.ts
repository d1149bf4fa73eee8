import { isOutOfMemory } from "@openrouter-free-pool/shared/redis/out-of-memory";
import { formatClock, formatDuration } from "../text/format.ts";
import { GatewayError } from "./gateway-error.ts";

// The texts of the queue's 429, 503 and 504. Those of bodies, uploads and storage are beside their code.

/** Outages of Redis, and restarts of a gateway, are over soon. */
const retrySoonMs = 5_000;
/** Keys are probed every few minutes. */
const retryWithoutKeyMs = 60_000;

/** Redis does not answer. */
export function redisDown(cause?: unknown): GatewayError {
  return new GatewayError("redis-down", "The queue's Redis is unreachable", {
    cause,
    retryAfterMs: retrySoonMs,
  });
}

/** Redis has no memory for the request. */
export function redisFull(cause: unknown): GatewayError {
  return new GatewayError("queue-full", "The queue's Redis is out of memory", {
    cause,
    retryAfterMs: retrySoonMs,
  });
}

/** A command to Redis failed. */
export function toRedisError(cause: unknown): GatewayError {
  return isOutOfMemory(cause) ? redisFull(cause) : redisDown(cause);
}

/** The pool holds the maximum number of requests. */
export function queueFull(retryAfterMs: number): GatewayError {
  return new GatewayError("queue-full", "The queue is full", { retryAfterMs });
}

/** A client has its maximum number of open requests; one of them may end at any time. */
export function clientQueueFull(): GatewayError {
  return new GatewayError(
    "client-queue-full",
    "This API key has as many requests open as it may",
    { retryAfterMs: retrySoonMs },
  );
}

/**
 * No slot becomes free within the time that the client waits.
 *
 * @param options.maxWaitMs how long the client waits.
 * @param options.dayEndsAt when today's calls are used up: when there are new ones, ms since the
 * epoch.
 */
export function keysRateLimited(options: {
  readonly maxWaitMs: number;
  readonly retryAfterMs?: number | undefined;
  readonly dayEndsAt?: number | undefined;
}): GatewayError {
  const { retryAfterMs = retryWithoutKeyMs } = options;
  const why = describeWait({ ...options, retryAfterMs });
  return new GatewayError(
    "keys-rate-limited",
    `All API keys are rate limited: ${why}`,
    { retryAfterMs },
  );
}

/**
 * A client's own budget has no room within the time that it waits, although the pool has.
 *
 * @param options.dayEndsAt when its calls of today are used up: when there are new ones, ms since
 * the epoch.
 */
export function clientBudgetSpent(options: {
  readonly maxWaitMs: number;
  readonly retryAfterMs: number;
  readonly dayEndsAt: number | undefined;
}): GatewayError {
  return new GatewayError(
    "client-budget-spent",
    `Your own budget is spent; the pool's is not: ${describeWait(options)}`,
    { retryAfterMs: options.retryAfterMs },
  );
}

function describeWait(options: {
  readonly maxWaitMs: number;
  readonly retryAfterMs: number;
  readonly dayEndsAt?: number | undefined;
}): string {
  const { maxWaitMs, retryAfterMs, dayEndsAt } = options;
  return dayEndsAt === undefined
    ? `your turn comes in ${formatWait(retryAfterMs)}, you allow ${formatWait(maxWaitMs)}`
    : `today's calls are used up; new ones at ${formatClock(dayEndsAt)} UTC`;
}

function formatWait(ms: number): string {
  return ms < 1_000 || ms >= 60_000
    ? formatDuration(ms)
    : `${Math.ceil(ms / 1_000)} s`;
}

/** Every key of the pool is out of use. */
export function noUsableKey(retryAfterMs = retryWithoutKeyMs): GatewayError {
  return new GatewayError("no-usable-key", "No OpenRouter key is usable", {
    retryAfterMs,
  });
}

/** The request has waited for as long as it may. */
export function waitedOut(maxWaitMs: number): GatewayError {
  return new GatewayError(
    "waited-out",
    `No slot became free within ${maxWaitMs} ms; the request was taken off the queue and not sent`,
  );
}

/** The request has waited for as long as it may, and Redis does not say what happened to it. */
export function waitedOutUnseen(maxWaitMs: number): GatewayError {
  return new GatewayError(
    "waited-out",
    `No answer came within ${maxWaitMs} ms, and Redis does not answer: whether the request was sent is not known`,
  );
}

/** An operator removed the request. */
export function removedByOperator(): GatewayError {
  return new GatewayError(
    "removed",
    "An operator took the request off the queue; it was not sent",
  );
}

/** This process stops. */
export function gatewayStopping(): GatewayError {
  return new GatewayError(
    "stopping",
    "This gateway stopped before the request had its turn",
    { retryAfterMs: retrySoonMs },
  );
}
