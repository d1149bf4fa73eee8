import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { Redis } from "ioredis";

/**
 * Listens on its own connection for jobs whose clients have gone. A message that
 * is missed does no harm: the limiter checks the job's mark before each call.
 */
export async function listenForCancellations(
  subscriber: Redis,
  redisKeys: RedisKeys,
  onCancelled: (jobId: string) => void,
): Promise<void> {
  subscriber.on("message", (channel: string, jobId: string) => {
    if (channel === redisKeys.cancellations) onCancelled(jobId);
  });
  await subscriber.subscribe(redisKeys.cancellations);
}
