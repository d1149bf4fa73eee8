import type { CompletionJob } from "./completion-job.ts";
import type { CompletionsQueue } from "./completions-queue.ts";

/** More than this would come due by themselves before they could all be called. */
const mostPromoted = 1_000;

/** Lets the delayed requests of a model take their turn now. */
export async function promoteDelayed(
  queue: CompletionsQueue,
  model: string,
): Promise<void> {
  const delayed = await queue.getJobs(["delayed"], 0, mostPromoted - 1, true);
  await Promise.all(
    delayed
      .filter((job) => job?.data.model === model)
      .map((job) => promoteIfDelayed(job)),
  );
}

async function promoteIfDelayed(job: CompletionJob): Promise<void> {
  try {
    await job.promote();
  } catch {
    // It came due, or its client went away, a moment ago.
  }
}
