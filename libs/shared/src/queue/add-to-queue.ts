import { type CompletionRequest, completionJobName } from "./completion-job.ts";
import type { CompletionsQueue } from "./completions-queue.ts";

/** How many finished jobs stay visible, and for how long; those of `count` 0 are removed at once. */
export type KeepFinished = {
  readonly count: number;
  readonly ageSeconds: number;
};

/** A job to be put on the queue. */
export type JobToAdd = {
  /** A job that is there under the same id stays as it is. */
  readonly jobId: string;
  readonly request: CompletionRequest;
  readonly priority: number;
  /** When the job came into being, ms since the epoch. */
  readonly timestamp: number;
  /** Removed as soon as it is finished when absent. */
  readonly keepFinished?: KeepFinished | undefined;
};

/** Puts jobs on the queue, all in one round trip. */
export async function addToQueue(
  queue: CompletionsQueue,
  jobs: readonly JobToAdd[],
): Promise<void> {
  const all = jobs.map(({ request, keepFinished, ...opts }) => ({
    name: completionJobName,
    data: request,
    opts: { ...opts, ...toRemoval(keepFinished) },
  }));
  const [first] = all;
  if (all.length > 1) await queue.addBulk(all);
  else if (first) await queue.add(first.name, first.data, first.opts);
}

/** Those that failed are counted apart from those that did not. */
function toRemoval(keep: KeepFinished | undefined) {
  if (!keep) return {};
  const removal =
    keep.count === 0 ? true : { count: keep.count, age: keep.ageSeconds };
  return { removeOnComplete: removal, removeOnFail: removal };
}
