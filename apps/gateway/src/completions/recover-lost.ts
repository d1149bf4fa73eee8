import { findLivingWorkers } from "@openrouter-free-pool/shared/presence/workers";
import { findMissingJobs } from "@openrouter-free-pool/shared/queue/find-jobs";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { Redis } from "ioredis";
import type { PendingRequests } from "./pending-requests.ts";

const jobsPerCommand = 500;

/** Recovers requests whose jobs or workers have vanished while their clients wait. */
type RecoverLost = {
  /** Sends lost jobs again, of those that Redis confirmed at least `minimumAgeMs` ago. */
  jobs(minimumAgeMs: number): Promise<void>;
  /** Ends streams whose worker is gone. Plain requests are taken over by another worker. */
  workers(): Promise<void>;
};

/**
 * Builds {@link RecoverLost}. Jobs vanish when Redis loses its last writes, when an
 * operator removes them, or when workers take this gateway for dead.
 */
export function createRecoverLost(deps: {
  redis: Redis;
  redisKeys: RedisKeys;
  pending: PendingRequests;
  /** Delivers all replies that are available at this moment. */
  catchUp: () => Promise<void>;
}): RecoverLost {
  const { redis, redisKeys, pending, catchUp } = deps;
  let missedWorkers = new Set<string>();

  /** The job is checked again: delivering replies takes time. */
  async function resubmitMissing(jobId: string): Promise<void> {
    const missing = await findMissingJobs(redis, redisKeys, [jobId]);
    if (missing.length > 0) await pending.resubmit(jobId);
  }

  return {
    async jobs(minimumAgeMs) {
      const jobIds = pending.jobIdsSince(Date.now() - minimumAgeMs);
      for (let at = 0; at < jobIds.length; at += jobsPerCommand) {
        const some = jobIds.slice(at, at + jobsPerCommand);
        const missing = await findMissingJobs(redis, redisKeys, some);
        // A job that was answered a moment ago is gone as well.
        if (missing.length > 0) await catchUp();
        for (const jobId of missing) await resubmitMissing(jobId);
      }
    },
    async workers() {
      const streaming = pending.streaming();
      if (streaming.length === 0) return;
      const alive = await findLivingWorkers(redis, redisKeys);
      const missing = new Set<string>();
      for (const stream of streaming) {
        const { workerId } = stream;
        if (workerId === undefined || alive.has(workerId)) continue;
        missing.add(workerId);
        // Only when missing twice: after an outage of Redis workers take a moment to report again.
        if (missedWorkers.has(workerId)) {
          stream.breakOff("The worker that relayed the stream was lost");
        }
      }
      missedWorkers = missing;
    },
  };
}
