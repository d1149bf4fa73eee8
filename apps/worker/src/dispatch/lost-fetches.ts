import type {
  CompletionJob,
  CompletionRequest,
} from "@openrouter-free-pool/shared/queue/completion-job";
import { Job } from "bullmq";
import type { Redis } from "ioredis";
import type { ManualWorker } from "./manual-worker.ts";

/** A job that Redis gave to this worker, and the lock that it holds. */
export type LostFetch = {
  readonly job: CompletionJob;
  readonly token: string;
};

/**
 * Finds jobs that were handed to this worker in a reply that never arrived, because the
 * connection broke. Without this they wait until their locks lapse. To be called while
 * no fetch is under way.
 */
export async function findLostFetches(
  worker: ManualWorker,
  redis: Redis,
  hasInHand: (jobId: string) => boolean,
): Promise<readonly LostFetch[]> {
  const active = await redis.lrange(worker.keys.active ?? "", 0, -1);
  const jobIds = active.filter((jobId) => !hasInHand(jobId));
  if (jobIds.length === 0) return [];
  const tokens = await redis.mget(
    jobIds.map((jobId) => worker.toKey(`${jobId}:lock`)),
  );
  const lost: LostFetch[] = [];
  for (const [index, jobId] of jobIds.entries()) {
    const token = tokens[index];
    if (!token?.startsWith(`${worker.id}:`)) continue;
    const job = await Job.fromId<CompletionRequest, void>(worker, jobId);
    if (!job) continue;
    job.token = token;
    lost.push({ job, token });
  }
  return lost;
}
