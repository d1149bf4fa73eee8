import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { Redis } from "ioredis";
import type { BodyBudget } from "../bodies/body-budget.ts";
import { bodyLost } from "../bodies/held-body.ts";
import { toRedisError } from "../errors/refusals.ts";
import { type AddJobs, isLarge } from "./add-jobs.ts";
import type { FinishedRetention } from "./finished-retention.ts";
import type { QueuedRequest } from "./submission.ts";

/** Puts the job that stands for a waiting request on the queue. */
export type Enqueue = (waiting: QueuedRequest) => Promise<void>;

/**
 * Builds {@link Enqueue}; it throws `queue-full`, `redis-down`, or `body-lost` when a
 * job has to be made again and the body is nowhere any more.
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

  /** The body of a lost job may still be there. @returns whether it is. */
  async function moveBody(from: string, to: string): Promise<boolean> {
    try {
      await redis.rename(redisKeys.body(from), redisKeys.body(to));
      return true;
    } catch (error) {
      if (/no such key/.test(String(error))) return false;
      throw error;
    }
  }

  /** @returns whether the body was there. */
  async function add({
    jobId,
    request,
    body,
    priority,
  }: QueuedRequest): Promise<boolean> {
    const from = body.storedAs ?? jobId;
    if (!body.bytes && !(await moveBody(from, jobId))) return false;
    const job = {
      request: { ...request, keptPayloadBytes: payloadBytes },
      body: body.bytes ?? "stored",
      jobId,
      priority,
      timestamp: request.receivedAt,
      keepFinished: keep,
    } as const;
    await addJobs([job]);
    return true;
  }

  return async function enqueue(waiting) {
    const { jobId, body } = waiting;
    const isThere = await add(waiting).catch((cause: unknown) => {
      throw toRedisError(cause);
    });
    if (!isThere) throw bodyLost();
    body.storedAs = jobId;
    if (isLarge(body.size)) body.drop();
    else body.countIn(waitingBodies);
  };
}
