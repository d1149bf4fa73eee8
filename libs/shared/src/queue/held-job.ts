import type { CompletionJob } from "./completion-job.ts";
import { returningPriority } from "./priorities.ts";

/*
 * What a worker does with a job that it holds. Each gives up the job's lock, and throws
 * when the job is another worker's by now.
 */

/** Returns the job to the head of its priority. */
export async function returnJob(job: CompletionJob): Promise<void> {
  await job.moveToWait(tokenOf(job));
}

/** Delays the job; after that it returns just ahead of jobs that have not been called yet. */
export async function delayJob(
  job: CompletionJob,
  delayMs: number,
): Promise<void> {
  const priority = returningPriority(job.priority);
  if (job.priority !== priority) await job.changePriority({ priority });
  await job.moveToDelayed(Date.now() + delayMs, tokenOf(job));
}

function tokenOf(job: CompletionJob): string {
  return job.token ?? "";
}
