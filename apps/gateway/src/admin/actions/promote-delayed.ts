import type { CompletionRequest } from "@openrouter-free-pool/shared/queue/completion-job";
import type { Job, Queue } from "bullmq";

/** More than this would come due by themselves before they could all be called. */
const mostPromoted = 1_000;

/** Lets the delayed requests of a model take their turn now. */
export async function promoteDelayed(
  queue: Queue<CompletionRequest, void>,
  model: string,
): Promise<void> {
  const delayed = await queue.getJobs(["delayed"], 0, mostPromoted - 1, true);
  await Promise.all(
    delayed
      .filter((job) => job?.data.model === model)
      .map((job) => promoteIfDelayed(job)),
  );
}

async function promoteIfDelayed(job: Job): Promise<void> {
  try {
    await job.promote();
  } catch {
    // It came due, or its client went away, a moment ago.
  }
}
