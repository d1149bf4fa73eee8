import { findLivingWorkers } from "@openrouter-free-pool/shared/presence/workers";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { Redis } from "ioredis";
import { GatewayError } from "../gateway-error.ts";
import type { WaitingRequests } from "./waiting-requests.ts";
import type { Withdraw } from "./withdraw.ts";

/**
 * Builds a look at the workers that relay streams to this gateway: a stream whose
 * worker is gone is ended. Plain requests need no such look: another worker takes
 * them over.
 */
export function createWatchWorkers(deps: {
  redis: Redis;
  redisKeys: RedisKeys;
  waiting: WaitingRequests;
  withdraw: Withdraw;
}): () => Promise<void> {
  const { redis, redisKeys, waiting, withdraw } = deps;
  let missed = new Set<string>();

  return async function lookAtWorkers() {
    const begun = waiting.begunStreams();
    if (begun.length === 0) return;
    const alive = await findLivingWorkers(redis, redisKeys);
    const missing = begun.filter(({ workerId }) => !alive.has(workerId));
    for (const { jobId, workerId } of missing) {
      // Missing twice: after an outage of Redis workers take a moment to be heard of again.
      if (!missed.has(workerId)) continue;
      const message = "The worker that relayed the stream was lost";
      waiting.settle(jobId, new GatewayError("stream-broken", message));
      await withdraw.callOff(jobId);
    }
    missed = new Set(missing.map(({ workerId }) => workerId));
  };
}
