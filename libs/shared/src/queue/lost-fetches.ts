import { Job } from "bullmq";
import type { Redis } from "ioredis";
import type { RedisKeys } from "../redis/keys.ts";
import { queueKeys } from "./bullmq/queue-keys.ts";
import type { CompletionRequest } from "./completion-job.ts";
import type { FetchedJob, ManualWorker } from "./manual-worker.ts";

/**
 * Finds jobs that were handed to a worker in a reply that never arrived, because the
 * connection broke. Without this they wait until their locks lapse. To be called while
 * no fetch is under way.
 */
export async function findLostFetches(
  deps: { worker: ManualWorker; redis: Redis; redisKeys: RedisKeys },
  hasInHand: (jobId: string) => boolean,
): Promise<readonly FetchedJob[]> {
  const { worker, redis, redisKeys } = deps;
  const { active, lock } = queueKeys(redisKeys);
  const all = await redis.lrange(active, 0, -1);
  const jobIds = all.filter((jobId) => !hasInHand(jobId));
  if (jobIds.length === 0) return [];
  const tokens = await redis.mget(jobIds.map(lock));
  const lost: FetchedJob[] = [];
  for (const [index, jobId] of jobIds.entries()) {
    const token = tokens[index];
    if (!token || !worker.isOwnToken(token)) continue;
    const job = await Job.fromId<CompletionRequest, void>(worker, jobId);
    if (!job) continue;
    job.token = token;
    lost.push({ job, token });
  }
  return lost;
}
