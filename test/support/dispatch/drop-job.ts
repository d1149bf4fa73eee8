import type { CompletionJob } from "@openrouter-free-pool/shared/queue/completion-job";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import { createFinishJob } from "@openrouter-free-pool/shared/replies/finish-jobs";
import type { Redis } from "ioredis";

/** Ends a job that a worker holds, and removes it. */
export async function dropJob(
  { redis, redisKeys }: { redis: Redis; redisKeys: RedisKeys },
  job: CompletionJob,
): Promise<void> {
  const finishJob = createFinishJob(redis, redisKeys);
  const end = { job, ending: { status: 200 }, isRemoved: true };
  if (await finishJob(end)) return;
  throw new Error(`${job.id} is not its worker's any more`);
}
