import { completionsQueue } from "@openrouter-free-pool/shared/queue/completion-job";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import { GatewayError } from "../gateway-error.ts";
import type { Enqueue } from "./enqueue.ts";
import type { WaitingRequest, WaitingRequests } from "./waiting-requests.ts";

const jobsPerCommand = 500;
/** How long a replaced job is kept from being called, should it turn up again. */
const markMs = 600_000;

/** Makes up for jobs that vanished although their clients still wait. */
export type RecoverLostJobs = {
  /** Looks for lost jobs among those made `minimumAgeMs` ago or earlier. */
  sweep(minimumAgeMs: number): Promise<void>;
  /** Sends a request again under a new job; the old one is disarmed. */
  resubmit(jobId: string): Promise<void>;
};

/**
 * Builds {@link RecoverLostJobs}. Jobs vanish when Redis loses its last writes,
 * when somebody removes them by hand, or when workers take this gateway for dead.
 */
export function createRecoverLostJobs(deps: {
  redis: Redis;
  redisKeys: RedisKeys;
  waiting: WaitingRequests;
  enqueue: Enqueue;
  /** Hands over all replies that are there at this moment. */
  catchUp: () => Promise<void>;
  logger: Logger;
}): RecoverLostJobs {
  const { redis, redisKeys, waiting, enqueue, catchUp, logger } = deps;
  const jobKey = (jobId: string) =>
    `${redisKeys.queuePrefix}:${completionsQueue}:${jobId}`;

  async function findMissing(jobIds: readonly string[]): Promise<string[]> {
    const there = await redis.exists(...jobIds.map(jobKey));
    if (there === jobIds.length) return [];
    const each = await Promise.all(
      jobIds.map((jobId) => redis.exists(jobKey(jobId))),
    );
    return jobIds.filter((_, index) => each[index] === 0);
  }

  async function resubmit(jobId: string): Promise<void> {
    const entry = waiting.find(jobId);
    if (!entry) return;
    if (entry.hasBegun) {
      const message = "The job behind the stream was lost";
      waiting.settle(jobId, new GatewayError("stream-broken", message));
      return;
    }
    await redis.set(redisKeys.cancelled(jobId), "1", "PX", markMs);
    // The client may have gone, or the reply come, in the meantime.
    if (waiting.find(jobId) === entry) await sendAgain(entry);
  }

  async function sendAgain(entry: WaitingRequest): Promise<void> {
    const { requestId } = entry.request;
    waiting.replaceJob(entry);
    logger.warn({ requestId, jobId: entry.jobId }, "Sent a lost job again");
    try {
      await enqueue(entry);
    } catch (error) {
      waiting.settle(entry.jobId, error as Error);
    }
  }

  return {
    async sweep(minimumAgeMs) {
      const jobIds = waiting.jobIdsSince(Date.now() - minimumAgeMs);
      for (let at = 0; at < jobIds.length; at += jobsPerCommand) {
        const missing = await findMissing(
          jobIds.slice(at, at + jobsPerCommand),
        );
        // A job is also gone when it was answered a moment ago.
        if (missing.length > 0) await catchUp();
        for (const jobId of missing) await resubmit(jobId);
      }
    },
    resubmit,
  };
}
