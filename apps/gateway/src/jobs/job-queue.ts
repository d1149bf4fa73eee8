import type { CompletionsQueue } from "@openrouter-free-pool/shared/queue/completions-queue";
import { readPlace } from "@openrouter-free-pool/shared/queue/find-jobs";
import {
  forgetJob,
  removeJob,
} from "@openrouter-free-pool/shared/queue/remove-jobs";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { Redis } from "ioredis";
import type { BodyBudget } from "../bodies/body-budget.ts";
import { bodyLost, type HeldBody } from "../bodies/held-body.ts";
import { GatewayError } from "../errors/gateway-error.ts";
import { toRedisError } from "../errors/refusals.ts";
import type { RedisGrace } from "../redis/redis-grace.ts";
import {
  acknowledgeStream,
  type StreamProgress,
} from "./acknowledge-stream.ts";
import { type AddJobs, isLarge } from "./add-jobs.ts";
import type { FinishedRetention } from "./finished-retention.ts";
import type { QueuedRequest } from "./submission.ts";
import { disarmJob, removeWithBody } from "./withdraw-job.ts";

/** Withdrawals that are remembered until Redis confirms them. */
const mostUnconfirmed = 10_000;

/** What a pending request does with its job. */
export type JobQueue = {
  /**
   * Puts a job on the queue. During a short outage of Redis this is repeated.
   *
   * @param isWanted whether the job still stands for the request.
   * @throws {GatewayError} `redis-down`, `queue-full`, `client-queue-full`, `client-gone` when the
   * job is no
   * longer wanted before its body is stored, `body-lost` when a job must be made again and its body
   * is gone.
   */
  add(job: QueuedRequest, isWanted: () => boolean): Promise<void>;
  /** Removes a job, unless a worker holds it. @returns whether it is gone. */
  remove(jobId: string, client?: string): Promise<boolean>;
  /** Keeps a job from being called, wherever it reappears. A call in flight continues. */
  disarm(jobId: string): Promise<void>;
  /**
   * Withdraws a job in any state: a call in flight is aborted. During a short outage of Redis this
   * is repeated.
   *
   * @throws {GatewayError} `redis-down`, `queue-full`.
   */
  callOff(jobId: string, client?: string): Promise<void>;
  /** Repeats the withdrawals that Redis has not confirmed. */
  repeatCallOffs(): Promise<void>;
  /** A job's place in line, 1 for the next one; undefined when it is not in line. */
  readPlace(
    jobId: string,
    client: string | undefined,
  ): Promise<number | undefined>;
  /** Tells the worker how much the client has taken; repeated until Redis accepts it. */
  acknowledge(jobId: string, progress: StreamProgress): Promise<void>;
};

/** Builds {@link JobQueue}. */
export function createJobQueue(deps: {
  queue: CompletionsQueue;
  addJobs: AddJobs;
  grace: RedisGrace;
  redis: Redis;
  redisKeys: RedisKeys;
  retention: FinishedRetention;
  /** Bounds the small bodies that are kept while they wait, in case Redis loses its jobs. */
  waitingBodies: BodyBudget;
  /** Longest time in which a withdrawn job can reappear, in ms. */
  markMs: number;
}): JobQueue {
  const { queue, addJobs, grace, redis, redisKeys, markMs } = deps;
  const { keep: keepFinished, payloadBytes } = deps.retention;

  const disarm = (jobId: string) => disarmJob(deps, jobId, markMs);

  /** Jobs and their clients. */
  const unconfirmed = new Map<string, string | undefined>();

  /**
   * Reuses the body of a lost job if it is still there; a command may be sent twice. @returns
   * whether it is there.
   */
  async function moveBody(from: string, to: string): Promise<boolean> {
    try {
      await redis.rename(redisKeys.body(from), redisKeys.body(to));
      return true;
    } catch (error) {
      if (!/no such key/.test(String(error))) throw error;
      return (await redis.exists(redisKeys.body(to))) === 1;
    }
  }

  /** A job that replaces a lost one takes over its stored body. */
  async function takeOverBody(
    jobId: string,
    body: HeldBody,
  ): Promise<"stored"> {
    if (!(await moveBody(body.storedAs ?? jobId, jobId))) throw bodyLost();
    body.storedAs = jobId;
    return "stored";
  }

  async function addOnce(
    { jobId, request, body, priority, counting }: QueuedRequest,
    isWanted: () => boolean,
  ): Promise<void> {
    // The bytes count until Redis has them, even when the client has gone.
    const letGo = body.hold();
    try {
      const job = {
        request: { ...request, keptPayloadBytes: payloadBytes },
        body: body.bytes ?? (await takeOverBody(jobId, body)),
        isWanted,
        jobId,
        priority,
        counting,
        timestamp: request.receivedAt,
        keepFinished,
      };
      await addJobs([job]);
      body.storedAs = jobId;
      if (isLarge(body.size)) body.drop();
      else body.countIn(deps.waitingBodies);
    } catch (error) {
      throw error instanceof GatewayError ? error : toRedisError(error);
    } finally {
      letGo();
    }
  }

  async function callOffOnce(
    jobId: string,
    client: string | undefined,
  ): Promise<void> {
    try {
      // The mark comes first: a worker that takes the job after this sees it.
      await disarm(jobId);
      // The request is not sent again, and a call in flight has read the body already.
      await redis.unlink(redisKeys.body(jobId));
      if (await removeJob(queue, jobId)) {
        await forgetJob(redis, redisKeys, { jobId, client });
      } else {
        await redis.publish(redisKeys.cancellations, jobId);
      }
    } catch (cause) {
      throw toRedisError(cause);
    }
    unconfirmed.delete(jobId);
  }

  return {
    add: (job, isWanted) => grace.retry(() => addOnce(job, isWanted), isWanted),
    remove: (jobId, client) => removeWithBody(deps, jobId, client),
    disarm,
    async callOff(jobId, client) {
      if (unconfirmed.size < mostUnconfirmed) unconfirmed.set(jobId, client);
      await grace.retry(() => callOffOnce(jobId, client));
    },
    async repeatCallOffs() {
      for (const [jobId, client] of [...unconfirmed]) {
        await callOffOnce(jobId, client);
      }
    },
    readPlace: (jobId, client) => readPlace(redis, redisKeys, jobId, client),
    acknowledge: (jobId, progress) => acknowledgeStream(deps, jobId, progress),
  };
}
