import { Job } from "bullmq";
import type { Redis } from "ioredis";
import type { RedisKeys } from "../redis/keys.ts";
import {
  type CompletionJob,
  type CompletionRequest,
  candidatesOf,
} from "./completion-job.ts";
import type { CompletionsQueue } from "./completions-queue.ts";
import type { ManualWorker } from "./manual-worker.ts";

/** More than this would become due by themselves before all of them could be called. */
const mostPromoted = 1_000;
/** They are delayed for seconds. */
const ttlMs = 60_000;

/** Puts the delayed requests of a model in line now. */
export async function promoteDelayed(
  queue: CompletionsQueue,
  model: string,
): Promise<void> {
  const delayed = await queue.getJobs(["delayed"], 0, mostPromoted - 1, true);
  await Promise.all(
    delayed
      .filter((job) => job && candidatesOf(job).includes(model))
      .map((job) => promoteIfDelayed(job)),
  );
}

async function promoteIfDelayed(job: CompletionJob): Promise<void> {
  try {
    await job.promote();
  } catch {
    // It became due, or its client hung up, a moment ago.
  }
}

/** Records that a job is delayed until a model is proven. */
export async function awaitModel(
  redis: Redis,
  redisKeys: RedisKeys,
  { model, jobId }: { model: string; jobId: string },
): Promise<void> {
  const key = redisKeys.modelAwaited(model);
  await redis
    .multi()
    .rpush(key, jobId)
    .ltrim(key, 0, mostPromoted - 1)
    .pexpire(key, ttlMs)
    .exec();
}

/** Puts the jobs that are delayed until a model is proven in line now, in their order. */
export async function promoteAwaiting(
  deps: { worker: ManualWorker; redis: Redis; redisKeys: RedisKeys },
  model: string,
): Promise<void> {
  const { worker, redis, redisKeys } = deps;
  const key = redisKeys.modelAwaited(model);
  const replies = await redis.multi().lrange(key, 0, -1).unlink(key).exec();
  const jobIds = (replies?.[0]?.[1] ?? []) as string[];
  await Promise.all(
    jobIds.map(async (jobId) => {
      const job = await Job.fromId<CompletionRequest, void>(worker, jobId);
      if (job) await promoteIfDelayed(job);
    }),
  );
}

/** How many jobs are delayed until each of the models is proven; models without any are left out. */
export async function countAwaiting(
  redis: Redis,
  redisKeys: RedisKeys,
  models: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const counts = await Promise.all(
    models.map((model) => redis.llen(redisKeys.modelAwaited(model))),
  );
  return new Map(
    models.flatMap((model, index) => {
      const count = counts[index] ?? 0;
      return count > 0 ? [[model, count] as const] : [];
    }),
  );
}
