import { type CompletionJob, candidatesOf } from "./completion-job.ts";
import type { CompletionsQueue } from "./completions-queue.ts";

/** More than this would become due by themselves before all of them could be called. */
export const mostPromoted = 1_000;

/** Puts the delayed requests of a model in line now. */
export async function promoteDelayed(
  queue: CompletionsQueue,
  model: string,
): Promise<void> {
  const delayed = await queue.getJobs(["delayed"], 0, mostPromoted - 1, true);
  await Promise.all(
    delayed
      .filter((job) => job && candidatesOf(job).includes(model))
      .map((job) => promoteIfDelayed(job)),
  );
}

/** Puts a job in line, if it is delayed. */
export async function promoteIfDelayed(job: CompletionJob): Promise<void> {
  try {
    await job.promote();
  } catch {
    // It became due, or its client hung up, a moment ago.
  }
}
