import {
  type Acquisition,
  readAcquisition,
} from "../key-pool/slots/acquisition.ts";
import type { LimiterCall } from "../key-pool/slots/limiter-call.ts";
import { type CompletionJob, candidatesOf } from "../queue/completion-job.ts";
import type { ManualWorker } from "../queue/manual-worker.ts";

/** A job that this worker holds, and the limiter's decision about it. */
export type TakenJob = {
  readonly job: CompletionJob;
  /** undefined when the worker must ask itself. */
  readonly slot: Acquisition | undefined;
};

/**
 * Reads jobs as `take.lua` writes them, a JSON text for each. An unreadable one is left to the check for lost jobs,
 * which gives it up in the end.
 *
 * @param call the one by which they were taken.
 * @param takenAt ms since the epoch of Redis's clock.
 */
export function readTakenJobs(
  worker: ManualWorker,
  call: LimiterCall,
  takenAt: number,
  texts: readonly unknown[],
): TakenJob[] {
  const taken: TakenJob[] = [];
  for (const text of texts) {
    try {
      const [jobId, token, hash, said] = JSON.parse(String(text)) as [
        string,
        string,
        string[],
        unknown[],
      ];
      const job = worker.openJob(jobId, hash, { token, takenAt });
      const isAsked = said[0] !== "unasked";
      const slot = isAsked
        ? readAcquisition(call, candidatesOf(job), said)
        : undefined;
      taken.push({ job, slot });
    } catch (error) {
      worker.emit("error", error as Error);
    }
  }
  return taken;
}
