import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { Redis } from "ioredis";
import type { BodyBudget } from "../bodies/body-budget.ts";
import { bodyLost } from "../bodies/held-body.ts";
import { GatewayError } from "../errors/gateway-error.ts";
import { toRedisError } from "../errors/refusals.ts";
import { type AddJobs, isLarge } from "./add-jobs.ts";
import type { FinishedRetention } from "./finished-retention.ts";
import type { QueuedRequest } from "./submission.ts";

/**
 * Puts the job that stands for a waiting request on the queue.
 *
 * @param isWanted whether the job still stands for the request.
 */
export type Enqueue = (
  waiting: QueuedRequest,
  isWanted: () => boolean,
) => Promise<void>;

/**
 * Builds {@link Enqueue}; it throws `queue-full`, `client-queue-full`, `redis-down`, `client-gone` when the job
 * is no longer wanted before its body is stored, or `body-lost` when a job has to be made
 * again and the body is nowhere any more.
 */
export function createEnqueue(deps: {
  addJobs: AddJobs;
  redis: Redis;
  redisKeys: RedisKeys;
  retention: FinishedRetention;
  /** Bounds the small bodies that are kept while they wait, for a Redis that loses its jobs. */
  waitingBodies: BodyBudget;
}): Enqueue {
  const { addJobs, redis, redisKeys, waitingBodies } = deps;
  const { keep, payloadBytes } = deps.retention;

  /** The body of a lost job may still be there; a command may be sent twice. @returns whether it is. */
  async function moveBody(from: string, to: string): Promise<boolean> {
    try {
      await redis.rename(redisKeys.body(from), redisKeys.body(to));
      return true;
    } catch (error) {
      if (!/no such key/.test(String(error))) throw error;
      return (await redis.exists(redisKeys.body(to))) === 1;
    }
  }

  /** @returns whether the body was there. */
  async function add(
    { jobId, request, body, priority, counting }: QueuedRequest,
    isWanted: () => boolean,
  ): Promise<boolean> {
    if (!body.bytes) {
      const from = body.storedAs ?? jobId;
      if (!(await moveBody(from, jobId))) return false;
      body.storedAs = jobId;
    }
    const job = {
      request: { ...request, keptPayloadBytes: payloadBytes },
      body: body.bytes ?? "stored",
      isWanted,
      jobId,
      priority,
      counting,
      timestamp: request.receivedAt,
      keepFinished: keep,
    } as const;
    await addJobs([job]);
    return true;
  }

  return async function enqueue(waiting, isWanted) {
    const { jobId, body } = waiting;
    // The bytes count until Redis has them, also when the client has gone.
    const letGo = body.hold();
    try {
      const isThere = await add(waiting, isWanted);
      if (!isThere) throw bodyLost();
      body.storedAs = jobId;
      if (isLarge(body.size)) body.drop();
      else body.countIn(waitingBodies);
    } catch (error) {
      throw error instanceof GatewayError ? error : toRedisError(error);
    } finally {
      letGo();
    }
  };
}
