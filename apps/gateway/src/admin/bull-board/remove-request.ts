import type { CompletionJob } from "@openrouter-free-pool/shared/queue/completion-job";
import type { FinishedRequest } from "@openrouter-free-pool/shared/queue/finished-request";
import { removeFoundJob } from "@openrouter-free-pool/shared/queue/remove-jobs";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import { sendReply } from "@openrouter-free-pool/shared/replies/send-reply";
import type { Redis } from "ioredis";

/** Takes a request off the queue. @returns why it cannot be removed; undefined when it has been. */
export type RemoveRequest = (job: CompletionJob) => Promise<string | undefined>;

/** Builds {@link RemoveRequest}. A client that still waits is told at once. */
export function createRemoveRequest(deps: {
  redis: Redis;
  redisKeys: RedisKeys;
  clock: RedisClock;
}): RemoveRequest {
  const { redis, redisKeys } = deps;
  return async function removeRequest(job) {
    if (!(await removeFoundJob(job))) {
      return "This request is at OpenRouter; it cannot be taken off the queue.";
    }
    await redis.unlink(redisKeys.body(String(job.id)));
    const { gatewayId, receivedAt, ending } = job.data as FinishedRequest;
    if (ending !== undefined || gatewayId === undefined) return undefined;
    const queueMs = Math.max(0, deps.clock.now() - receivedAt);
    await sendReply(
      redis,
      redisKeys,
      { gatewayId, jobId: String(job.id) },
      {
        kind: "failure",
        code: "removed",
        queueMs,
        upstreamMs: 0,
        calls: 0,
      },
    );
    return undefined;
  };
}
