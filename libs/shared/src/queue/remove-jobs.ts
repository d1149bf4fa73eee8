import type { Redis } from "ioredis";
import type { RedisKeys } from "../redis/keys.ts";
import { loadScript, runScript } from "../redis/script.ts";
import type { CompletionJob } from "./completion-job.ts";
import type { CompletionsQueue } from "./completions-queue.ts";

const forgetting = loadScript(
  new URL("./bullmq/forget-job.lua", import.meta.url),
);

/** Jobs per command. */
const atATime = 1_000;

/** Removes a job, unless a worker holds it. @returns whether it is gone. See also {@link forgetJob}. */
export async function removeJob(
  queue: CompletionsQueue,
  jobId: string,
): Promise<boolean> {
  return (await queue.remove(jobId)) === 1;
}

/** Forgets that a removed job was one of its client's waiting jobs. */
export async function forgetJob(
  redis: Redis,
  redisKeys: RedisKeys,
  { jobId, client }: { jobId: string; client: string | undefined },
): Promise<void> {
  if (client === undefined) return;
  const keys = [redisKeys.clientWaiting(client)];
  const args = [redisKeys.sharesPrefix, jobId, client];
  await runScript(redis, forgetting, keys, args);
}

/**
 * Removes a job in any state except one.
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
    // A full Redis still deletes; it refuses only when there is nothing to delete.
    const ids = await queue.clean(0, atATime, state).catch(() => []);
    removed += ids.length;
    if (ids.length < atATime) return removed;
  }
}
