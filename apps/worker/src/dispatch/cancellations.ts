import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import { subscribe } from "@openrouter-free-pool/shared/redis/subscribe";
import type { Redis } from "ioredis";

/**
 * Listens on its own connection for jobs whose clients have gone, also for those that are still on their way to this
 * worker. A message that is missed leaves a call under way to its end: only the next one is not made, as the limiter
 * checks the job's mark.
 */
export async function listenForCancellations(
  subscriber: Redis,
  redisKeys: RedisKeys,
  onCancelled: (jobId: string) => void,
): Promise<void> {
  subscriber.on("message", (channel: string, jobId: string) => {
    if (channel === redisKeys.cancellations) onCancelled(jobId);
  });
  await subscribe(subscriber, redisKeys.cancellations);
}
