import type { CompletionJob, CompletionRequest } from "./completion-job.ts";

/** The state of a job on the queue; `completed` and `failed` are finished. */
export function readState(
  job: CompletionJob,
): ReturnType<CompletionJob["getState"]> {
  return job.getState();
}

/**
 * Puts a finished job in line again, as if it were new.
 *
 * @param state its state as it was read.
 */
export async function restartJob(
  job: CompletionJob,
  state: "completed" | "failed",
  request: CompletionRequest,
): Promise<void> {
  await job.updateData(request);
  await job.updateProgress({ calls: 0, failures: 0 });
  await job.retry(state, { resetAttemptsMade: true });
}
