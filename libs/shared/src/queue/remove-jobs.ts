import type { Redis } from "ioredis";
import type { RedisKeys } from "../redis/keys.ts";
import type { CompletionJob } from "./completion-job.ts";
import type { CompletionsQueue } from "./completions-queue.ts";

/** Jobs of one command. */
const atATime = 1_000;

/** Removes a job, unless a worker holds it. @returns whether it is gone. See {@link forgetHeld}, too. */
export async function removeJob(
  queue: CompletionsQueue,
  jobId: string,
): Promise<boolean> {
  return (await queue.remove(jobId)) === 1;
}

/** Forgets that a job which is gone waited for its client's budget. */
export async function forgetHeld(
  redis: Redis,
  redisKeys: RedisKeys,
  held: { jobId: string; client: string | undefined },
): Promise<void> {
  if (held.client === undefined) return;
  await redis.zrem(redisKeys.clientWaiting(held.client), held.jobId);
}

/**
 * Removes a job that was looked up, in any state but one.
 *
 * @returns false when a worker holds it.
 * @throws {Error} when a worker takes it at this moment.
 */
export async function removeFoundJob(job: CompletionJob): Promise<boolean> {
  if ((await job.getState()) === "active") return false;
  await job.remove();
  return true;
}

/** Removes all finished jobs that are still visible. @returns how many there were. */
export async function removeFinished(queue: CompletionsQueue): Promise<number> {
  const answered = await removeAll(queue, "completed");
  return answered + (await removeAll(queue, "failed"));
}

async function removeAll(
  queue: CompletionsQueue,
  state: "completed" | "failed",
): Promise<number> {
  let removed = 0;
  for (;;) {
    // A full Redis still deletes; one with nothing to delete refuses.
    const ids = await queue.clean(0, atATime, state).catch(() => []);
    removed += ids.length;
    if (ids.length < atATime) return removed;
  }
}
