import type { CompletionJob } from "@openrouter-free-pool/shared/queue/completion-job";
import type { Ending } from "@openrouter-free-pool/shared/queue/finished-request";
import {
  completeJob,
  delayJob,
  dropJob,
  failJob,
  returnJob,
} from "@openrouter-free-pool/shared/queue/held-job";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import { describeJob } from "../job/describe-job.ts";
import type { Move } from "./settlements.ts";

/** How long a job that was answered, but not ours any more, is kept from being called again. */
const tombstoneMs = 600_000;

/** Moves a job to where it belongs, and gives up its lock. */
type MoveJob = (
  job: CompletionJob,
  move: Move,
  options: {
    ending?: Pick<Ending, "status" | "reason"> | undefined;
    delayMs?: number | undefined;
  },
) => Promise<void>;

/** Builds {@link MoveJob}. */
export function createMoveJob(deps: {
  redis: Redis;
  redisKeys: RedisKeys;
  release: (jobId: string) => void;
  logger: Logger;
}): MoveJob {
  const { redis, redisKeys, release, logger } = deps;

  /** Ends the job; should it have become another worker's, keeps that one from calling again. */
  async function finish(
    job: CompletionJob,
    ending: Pick<Ending, "status" | "reason"> | undefined,
  ): Promise<void> {
    try {
      if (!ending) await dropJob(job);
      else if (ending.status < 400) await completeJob(job);
      else await failJob(job, describeFailure(ending));
    } catch (error) {
      logger.warn(
        { ...describeJob(job), err: error },
        "A finished job was not ours any more",
      );
      const tombstone = redisKeys.cancelled(String(job.id));
      await redis.set(tombstone, "1", "PX", tombstoneMs);
    }
  }

  /** Returns the job to the queue; one that is not ours any more is left to its holder. */
  async function giveBack(
    job: CompletionJob,
    delayMs: number | undefined,
  ): Promise<void> {
    try {
      if (delayMs === undefined) await returnJob(job);
      else await delayJob(job, delayMs);
    } catch (error) {
      logger.warn(
        { ...describeJob(job), err: error },
        "A job to put back was not ours any more",
      );
    }
  }

  return async function moveJob(job, move, { ending, delayMs }) {
    release(String(job.id));
    switch (move) {
      case "finish":
        return finish(job, ending);
      case "remove":
        return finish(job, undefined);
      case "to-front":
        return giveBack(job, undefined);
      case "delay":
        return giveBack(job, delayMs ?? 0);
    }
  };
}

/** What the queue's page says about a request that failed; never anything of its contents. */
function describeFailure({
  status,
  reason,
}: Pick<Ending, "status" | "reason">): string {
  const what = reason === undefined ? "from OpenRouter" : `(${reason})`;
  return `${status} ${what}`;
}
