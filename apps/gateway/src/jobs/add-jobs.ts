import {
  addToQueue,
  type JobToAdd,
} from "@openrouter-free-pool/shared/dispatch/add-to-queue";
import {
  type CompletionRequest,
  largestInlineBodyBytes,
} from "@openrouter-free-pool/shared/queue/completion-job";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import { gather } from "@openrouter-free-pool/shared/timers/gather";
import type { Tracing } from "@openrouter-free-pool/shared/tracing/tracing";
import type { Redis } from "ioredis";
import { GatewayError } from "../errors/gateway-error.ts";
import { clientQueueFull } from "../errors/refusals.ts";
import { traceAdding } from "./trace-adding.ts";

/** In ms: a call may be under way when the wait ends, and Redis's clock may differ. */
const bodySlackMs = 900_000;

/** Jobs sent to Redis at a time, and the bytes of their bodies. */
const together = { most: 64, mostSize: 256 * 1024 };

/** A job that is to be put on the queue. */
export type NewJob = Omit<JobToAdd, "request" | "weight" | "trace"> & {
  readonly request: Omit<CompletionRequest, "body">;
  /** `stored`: Redis has the body under the job's id already. */
  readonly body: Buffer | "stored";
  /** Checked before a large body is sent; absent: always. */
  readonly isWanted?: () => boolean;
};

/**
 * Puts jobs on the queue; each large body is stored in Redis before its job, as a string of its
 * own.
 *
 * @throws {GatewayError} `client-gone` when a job with a large body is no longer wanted,
 * `client-queue-full` when its client has its maximum number of open requests.
 */
export type AddJobs = (jobs: readonly NewJob[]) => Promise<void>;

/** Whether a body is stored beside its job, not in it. */
export function isLarge(bytes: number): boolean {
  return bytes > largestInlineBodyBytes;
}

const travels = (body: Buffer | "stored"): body is Buffer =>
  body !== "stored" && !isLarge(body.length);

/** Builds {@link AddJobs}. */
export function createAddJobs(deps: {
  redis: Redis;
  redisKeys: RedisKeys;
  tracing: Tracing | undefined;
  /** The weight of a client's share of the slots. */
  weightOf: (client: string | undefined) => number;
}): AddJobs {
  const { redis, redisKeys } = deps;
  const add = gather<JobToAdd, boolean>(
    (jobs) => addToQueue(redis, redisKeys, jobs),
    { ...together, sizeOf: ({ request }) => request.body?.length ?? 0 },
  );
  let lastWrite: Promise<unknown> = Promise.resolve();

  /** One after the other: other commands on this connection wait for one large body at most. */
  function storeBody(
    { request, jobId, isWanted = () => true }: NewJob,
    body: Buffer,
  ): Promise<unknown> {
    const ttlMs = Math.max(0, request.deadline - Date.now()) + bodySlackMs;
    const write = () => {
      if (!isWanted()) throw new GatewayError("client-gone");
      return redis.set(redisKeys.body(jobId), body, "PX", ttlMs);
    };
    const written = lastWrite.then(write);
    lastWrite = written.catch(() => undefined);
    return written;
  }

  async function addJob(
    newJob: NewJob,
    trace: string | undefined,
  ): Promise<void> {
    const { request, body, isWanted: _, ...job } = newJob;
    const isInline = travels(body);
    if (!isInline && body !== "stored") await storeBody(newJob, body);
    const whole = isInline ? { ...request, body: body.toString() } : request;
    const weight = deps.weightOf(request.client);
    const isIn = await add({ ...job, request: whole, weight, trace });
    if (isIn) return;
    if (!isInline) await redis.unlink(redisKeys.body(job.jobId));
    throw clientQueueFull();
  }

  async function addAll(
    jobs: readonly NewJob[],
    trace: string | undefined,
  ): Promise<void> {
    const [first] = jobs;
    if (first && jobs.length === 1) await addJob(first, trace);
    else await Promise.all(jobs.map((job) => addJob(job, trace)));
  }

  return async function addJobs(jobs) {
    const { tracing } = deps;
    if (tracing) await traceAdding(tracing, (trace) => addAll(jobs, trace));
    else await addAll(jobs, undefined);
  };
}
