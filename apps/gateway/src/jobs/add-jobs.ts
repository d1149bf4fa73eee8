import {
  addToQueue,
  type JobToAdd,
} from "@openrouter-free-pool/shared/queue/add-to-queue";
import {
  type CompletionRequest,
  largestInlineBodyBytes,
} from "@openrouter-free-pool/shared/queue/completion-job";
import type { CompletionsQueue } from "@openrouter-free-pool/shared/queue/completions-queue";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { Redis } from "ioredis";
import { GatewayError } from "../errors/gateway-error.ts";

/** A call may be under way when the wait ends, and Redis's clock may be another; in ms. */
const bodySlackMs = 900_000;

/** A job that is to be put on the queue. */
export type NewJob = Omit<JobToAdd, "request"> & {
  readonly request: Omit<CompletionRequest, "body">;
  /** `stored`: Redis has it under the job's id already. */
  readonly body: Buffer | "stored";
  /** Checked before a large body is sent; absent: always. */
  readonly isWanted?: () => boolean;
};

/**
 * Puts jobs on the queue; large bodies go to Redis before them, each as a string of its own.
 *
 * @throws {GatewayError} `client-gone` when a job with a large body is no longer wanted.
 */
export type AddJobs = (jobs: readonly NewJob[]) => Promise<void>;

/** Whether a body does not travel in its job. */
export function isLarge(bytes: number): boolean {
  return bytes > largestInlineBodyBytes;
}

const travels = (body: Buffer | "stored"): body is Buffer =>
  body !== "stored" && !isLarge(body.length);

/** Builds {@link AddJobs}. */
export function createAddJobs(deps: {
  queue: CompletionsQueue;
  redis: Redis;
  redisKeys: RedisKeys;
}): AddJobs {
  const { queue, redis, redisKeys } = deps;
  let lastWrite: Promise<unknown> = Promise.resolve();

  /** One after the other: other commands wait on this connection for one large body at most. */
  function storeBody(job: NewJob): Promise<unknown> {
    const { request, body, jobId, isWanted = () => true } = job;
    if (body === "stored" || travels(body)) return Promise.resolve();
    const ttlMs = Math.max(0, request.deadline - Date.now()) + bodySlackMs;
    const write = () => {
      if (!isWanted()) throw new GatewayError("client-gone");
      return redis.set(redisKeys.body(jobId), body, "PX", ttlMs);
    };
    const written = lastWrite.then(write);
    lastWrite = written.catch(() => undefined);
    return written;
  }

  return async function addJobs(jobs) {
    await Promise.all(jobs.map(storeBody));
    const all = jobs.map(({ request, body, isWanted: _, ...job }) => ({
      ...job,
      request: travels(body) ? { ...request, body: body.toString() } : request,
    }));
    await addToQueue(queue, all);
  };
}
