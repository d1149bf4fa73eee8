import type { Redis } from "ioredis";
import type { RedisKeys } from "../redis/keys.ts";
import { queueKeys } from "./bullmq/queue-keys.ts";
import type { CompletionJob } from "./completion-job.ts";
import type { CompletionsQueue } from "./completions-queue.ts";

/**
 * A job's place in line, 1 for the next one; undefined when it is not in line. For a job that waits
 * for its client's own budget: its place among such jobs of the client.
 */
export async function readPlace(
  redis: Redis,
  redisKeys: RedisKeys,
  jobId: string,
  client?: string,
): Promise<number | undefined> {
  const rank =
    (await redis.zrank(queueKeys(redisKeys).prioritized, jobId)) ??
    (client === undefined
      ? null
      : await redis.zrank(redisKeys.clientWaiting(client), jobId));
  return rank === null ? undefined : rank + 1;
}

/** The jobs that do not exist. One command when all exist. */
export async function findMissingJobs(
  redis: Redis,
  redisKeys: RedisKeys,
  jobIds: readonly string[],
): Promise<string[]> {
  const { job } = queueKeys(redisKeys);
  const keys = jobIds.map(job);
  const found = await redis.exists(...keys);
  if (found === jobIds.length) return [];
  const each = await Promise.all(keys.map((key) => redis.exists(key)));
  return jobIds.filter((_, index) => each[index] === 0);
}

/** Whether a job is open, finished and kept, or does not exist. */
type JobStage = "open" | "finished" | "missing";

/** Reads the stages of jobs, in the order of their ids. */
export function readStages(
  redis: Redis,
  redisKeys: RedisKeys,
  jobIds: readonly string[],
): Promise<JobStage[]> {
  const { job } = queueKeys(redisKeys);
  return Promise.all(
    jobIds.map(async (jobId) => {
      const [timestamp, finishedOn] = await redis.hmget(
        job(jobId),
        "timestamp",
        "finishedOn",
      );
      if (finishedOn) return "finished";
      return timestamp ? "open" : "missing";
    }),
  );
}

/** Whether a worker holds the job. */
export async function isHeld(
  redis: Redis,
  redisKeys: RedisKeys,
  jobId: string,
): Promise<boolean> {
  return (await redis.lpos(queueKeys(redisKeys).active, jobId)) !== null;
}

/** Finds a job in any state. */
export function findJob(
  queue: CompletionsQueue,
  jobId: string,
): Promise<CompletionJob | undefined> {
  return queue.getJob(jobId);
}

/** The failed jobs that are still visible, the latest first, at most so many. */
export function listFailed(
  queue: CompletionsQueue,
  most: number,
): Promise<CompletionJob[]> {
  return queue.getFailed(0, most - 1);
}
