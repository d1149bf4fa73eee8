import type { CompletionJob } from "@openrouter-free-pool/shared/queue/completion-job";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { Redis } from "ioredis";

/** The body of a request, as it is sent. */
export type RequestBody = string | Buffer;

/** Reads the body of a job's request; undefined when Redis has lost it. */
export type ReadBody = (job: CompletionJob) => Promise<RequestBody | undefined>;

/** Builds {@link ReadBody}: a large body is stored beside its job, not in it. */
export function createReadBody(deps: {
  redis: Redis;
  redisKeys: RedisKeys;
}): ReadBody {
  const { redis, redisKeys } = deps;
  return async (job) =>
    job.data.body ??
    (await redis.getBuffer(redisKeys.body(String(job.id)))) ??
    undefined;
}
