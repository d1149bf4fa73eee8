import { Job } from "bullmq";
import type { Redis } from "ioredis";
import type {
  CompletionJob,
  CompletionRequest,
} from "../../queue/completion-job.ts";
import type { ManualWorker } from "../../queue/manual-worker.ts";
import { mostPromoted, promoteIfDelayed } from "../../queue/promote-delayed.ts";
import type { RedisKeys } from "../../redis/keys.ts";
import { isBeingProven } from "./model-proof.ts";

/** The jobs are delayed for seconds. */
const ttlMs = 60_000;

type AwaitedDeps = {
  readonly worker: ManualWorker;
  readonly redis: Redis;
  readonly redisKeys: RedisKeys;
};

/**
 * Records that a job, which is delayed by now, waits for what calls say of some models. Where such a call has ended
 * meanwhile, it has put those in line that it found: the job goes there at once.
 */
export async function awaitModels(
  deps: AwaitedDeps,
  { models, job }: { models: readonly string[]; job: CompletionJob },
): Promise<void> {
  const isEnded = await Promise.all(
    models.map((model) => listAsWaiting(deps, model, job)),
  );
  const ended = models.filter((_, index) => isEnded[index]);
  await Promise.all(ended.map((model) => promoteAwaiting(deps, model)));
}

/** @returns whether the call that is to prove the model has ended. */
async function listAsWaiting(
  { redis, redisKeys }: AwaitedDeps,
  model: string,
  job: CompletionJob,
): Promise<boolean> {
  const key = redisKeys.modelAwaited(model);
  const replies = await redis
    .multi()
    .rpush(key, `${job.id} ${job.attemptsStarted}`)
    .ltrim(key, 0, mostPromoted - 1)
    .pexpire(key, ttlMs)
    .get(redisKeys.modelProof(model))
    .exec();
  return !isBeingProven(replies?.at(-1)?.[1] as string | null);
}

/** Puts the jobs that are delayed until a model is proven in line now, in their order. */
export async function promoteAwaiting(
  deps: AwaitedDeps,
  model: string,
): Promise<void> {
  const { worker, redis, redisKeys } = deps;
  const key = redisKeys.modelAwaited(model);
  const replies = await redis.multi().lrange(key, 0, -1).unlink(key).exec();
  const entries = (replies?.[0]?.[1] ?? []) as string[];
  await Promise.all(
    entries.map(async (entry) => {
      const [jobId = "", attempts] = entry.split(" ");
      const job = await Job.fromId<CompletionRequest, void>(worker, jobId);
      // One that a worker has had since is delayed for another reason.
      if (job?.attemptsStarted === Number(attempts))
        await promoteIfDelayed(job);
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
