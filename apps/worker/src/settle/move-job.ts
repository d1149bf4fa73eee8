import type { CompletionJob } from "@openrouter-free-pool/shared/queue/completion-job";
import {
  delayJob,
  returnJob,
} from "@openrouter-free-pool/shared/queue/held-job";
import { wakeIdleWorker } from "@openrouter-free-pool/shared/queue/wake-idle-worker";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import { describeJob } from "../job/describe-job.ts";
import type { Move } from "./settlements.ts";

/** Moves a job that is not finished to where it belongs, and gives up its lock. */
type MoveJob = (
  job: CompletionJob,
  move: Exclude<Move, "finish" | "remove">,
  delayMs?: number,
) => Promise<void>;

/** Builds {@link MoveJob}. A job that is not ours any more is left to its holder. */
export function createMoveJob(deps: {
  replies: Redis;
  redisKeys: RedisKeys;
  release: (job: CompletionJob) => void;
  logger: Logger;
}): MoveJob {
  async function moveTo(
    job: CompletionJob,
    move: Exclude<Move, "finish" | "remove">,
    delayMs: number,
  ): Promise<void> {
    switch (move) {
      case "to-front":
        await returnJob(job);
        // Without it the job is found when the line is polled.
        return wakeIdleWorker(deps.replies, deps.redisKeys).catch(
          () => undefined,
        );
      case "delay":
        return delayJob(job, delayMs);
      case "stay":
        return;
    }
  }

  return async function moveJob(job, move, delayMs = 0) {
    deps.release(job);
    try {
      await moveTo(job, move, delayMs);
    } catch (error) {
      deps.logger.warn(
        { ...describeJob(job), move, err: error },
        "A job to move was not ours any more",
      );
    }
  };
}
