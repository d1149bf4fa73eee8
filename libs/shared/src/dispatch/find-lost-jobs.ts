import { Job } from "bullmq";
import type { Redis } from "ioredis";
import type { KeyPool } from "../key-pool/pool/key-pool.ts";
import { queueKeys } from "../queue/bullmq/queue-keys.ts";
import {
  type CompletionJob,
  type CompletionRequest,
  candidatesOf,
} from "../queue/completion-job.ts";
import type { ManualWorker } from "../queue/manual-worker.ts";
import type { RedisKeys } from "../redis/keys.ts";
import type { TakenJob } from "./take-jobs.ts";

/**
 * Finds jobs that were handed to a worker in a reply that never arrived, because the
 * connection broke. Without this they wait until their locks lapse. Their slots come
 * too late to be used. To be called while no jobs are being taken.
 */
export async function findLostJobs(
  deps: {
    worker: ManualWorker;
    keyPool: KeyPool;
    redis: Redis;
    redisKeys: RedisKeys;
  },
  hasInHand: (jobId: string) => boolean,
): Promise<readonly TakenJob[]> {
  const { worker, redis } = deps;
  const { active, lock } = queueKeys(deps.redisKeys);
  const all = await redis.lrange(active, 0, -1);
  const jobIds = all.filter((jobId) => !hasInHand(jobId));
  if (jobIds.length === 0) return [];
  const tokens = await redis.mget(jobIds.map(lock));
  const lost: TakenJob[] = [];
  for (const [index, jobId] of jobIds.entries()) {
    const token = tokens[index];
    if (!token || !worker.isOwnToken(token)) continue;
    const job = await Job.fromId<CompletionRequest, void>(worker, jobId);
    if (!job) continue;
    job.token = token;
    lost.push({ job, slot: await readSlot(deps, job) });
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
  return said
    ? keyPool.recallGrant(candidatesOf(job), JSON.parse(said))
    : undefined;
}
