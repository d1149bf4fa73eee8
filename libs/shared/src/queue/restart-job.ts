import type { CompletionJob, CompletionRequest } from "./completion-job.ts";

/** The state of a job on the queue; `completed` and `failed` are finished. */
export function readState(
  job: CompletionJob,
): ReturnType<CompletionJob["getState"]> {
  return job.getState();
}

/** What BullMQ says of a job that has been removed, or is not where it was. */
const isElsewhere = /^Missing key for job|\bis not in the \w+ state\b/;

/**
 * Puts a finished job in line again, as if it were new.
 *
 * @param state its state as it was read.
 * @returns false when it is gone, or not in that state any more.
 */
export async function restartJob(
  job: CompletionJob,
  state: "completed" | "failed",
  request: CompletionRequest,
): Promise<boolean> {
  try {
    await job.updateData(request);
    await job.updateProgress({ calls: 0, failures: 0 });
    await job.retry(state, { resetAttemptsMade: true });
    return true;
  } catch (error) {
    if (isElsewhere.test(String((error as Error).message))) return false;
    throw error;
  }
}
