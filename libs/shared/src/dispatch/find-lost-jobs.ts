import { Job } from "bullmq";
import type { Redis } from "ioredis";
import type { KeyPool } from "../key-pool/pool/key-pool.ts";
import { queueKeys } from "../queue/bullmq/queue-keys.ts";
import {
  type CompletionJob,
  type CompletionRequest,
  candidatesOf,
} from "../queue/completion-job.ts";
import { lockMs } from "../queue/job-locks.ts";
import type { ManualWorker } from "../queue/manual-worker.ts";
import type { RedisKeys } from "../redis/keys.ts";
import type { TakenJob } from "./taken-job.ts";

/**
 * Finds jobs that were given to this worker in a reply that never arrived, because the connection
 * broke. Without this they wait until their locks expire. Their slots are too late to be used. Call
 * it while no jobs are being taken.
 */
export async function findLostJobs(
  deps: {
    worker: ManualWorker;
    keyPool: KeyPool;
    redis: Redis;
    redisKeys: RedisKeys;
  },
  known: {
    hasInHand: (jobId: string) => boolean;
    /** Whether the worker has worked on a job that it still holds. */
    hasStarted: (job: CompletionJob) => boolean;
  },
): Promise<readonly TakenJob[]> {
  const { worker, redis } = deps;
  const { active, lock } = queueKeys(deps.redisKeys);
  const all = new Set(await redis.lrange(active, 0, -1));
  const jobIds = [...all].filter((jobId) => !known.hasInHand(jobId));
  if (jobIds.length === 0) return [];
  const tokens = await redis.mget(jobIds.map(lock));
  const lost: TakenJob[] = [];
  for (const [index, jobId] of jobIds.entries()) {
    const token = tokens[index];
    if (!token || !worker.isOwnToken(token)) continue;
    const job = await readJob(worker, jobId);
    if (!job) continue;
    // What is left of its lock may be less than the time until locks are renewed.
    const gone = await worker.extendJobLocks([jobId], [token], lockMs);
    if (gone.length > 0) continue;
    job.token = token;
    // The slot of a job that was worked on may have been used, or given back.
    const slot = known.hasStarted(job) ? undefined : await readSlot(deps, job);
    lost.push({ job, slot });
  }
  return lost;
}

/** The slot that was taken together with the job. */
async function readSlot(
  { keyPool, redis, redisKeys }: Parameters<typeof findLostJobs>[0],
  job: CompletionJob,
): Promise<TakenJob["slot"]> {
  const jobKey = queueKeys(redisKeys).job(String(job.id));
  const said = await redis.hget(jobKey, "grant");
  if (!said) return undefined;
  try {
    return keyPool.recallGrant(candidatesOf(job), JSON.parse(said));
  } catch {
    // The limiter is asked again.
    return undefined;
  }
}

/** An unreadable job is left to the check for lost jobs. */
async function readJob(
  worker: ManualWorker,
  jobId: string,
): Promise<CompletionJob | undefined> {
  try {
    return await Job.fromId<CompletionRequest, void>(worker, jobId);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) {
      return undefined;
    }
    throw error;
  }
}
