import {
  type CompletionRequest,
  completionJobName,
  largestInlineBodyBytes,
} from "@openrouter-free-pool/shared/queue/completion-job";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { JobsOptions, Queue } from "bullmq";
import type { Redis } from "ioredis";
import { GatewayError } from "../errors/gateway-error.ts";

/** A call may be under way when the wait ends, and Redis's clock may be another; in ms. */
const bodySlackMs = 900_000;

/** A job that is to be put on the queue. */
export type NewJob = {
  readonly request: Omit<CompletionRequest, "body">;
  /** `stored`: Redis has it under the job's id already. */
  readonly body: Buffer | "stored";
  /** Checked before a large body is sent; absent: always. */
  readonly isWanted?: () => boolean;
  readonly opts: JobsOptions & { readonly jobId: string };
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
  queue: Queue<CompletionRequest, void>;
  redis: Redis;
  redisKeys: RedisKeys;
}): AddJobs {
  const { queue, redis, redisKeys } = deps;
  let lastWrite: Promise<unknown> = Promise.resolve();

  /** One after the other: other commands wait on this connection for one large body at most. */
  function storeBody(job: NewJob): Promise<unknown> {
    const { request, body, opts, isWanted = () => true } = job;
    if (body === "stored" || travels(body)) return Promise.resolve();
    const ttlMs = Math.max(0, request.deadline - Date.now()) + bodySlackMs;
    const write = () => {
      if (!isWanted()) throw new GatewayError("client-gone");
      return redis.set(redisKeys.body(opts.jobId), body, "PX", ttlMs);
    };
    const written = lastWrite.then(write);
    lastWrite = written.catch(() => undefined);
    return written;
  }

  return async function addJobs(jobs) {
    await Promise.all(jobs.map(storeBody));
    const all = jobs.map(({ request, body, opts }) => ({
      name: completionJobName,
      data: travels(body) ? { ...request, body: body.toString() } : request,
      opts,
    }));
    const [first] = all;
    if (all.length > 1) await queue.addBulk(all);
    else if (first) await queue.add(first.name, first.data, first.opts);
  };
}
