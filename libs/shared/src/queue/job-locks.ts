import { LockManager, type Worker } from "bullmq";
import { ShortMemory } from "../timers/short-memory.ts";
import type { CompletionJob } from "./completion-job.ts";

/** A job whose lock is not renewed for this long counts as lost. */
export const lockMs = 15_000;
/** How often workers check for lost jobs. With `lockMs` it bounds recovery to about 20 s. */
export const stalledCheckMs = 5_000;
/** A request that was lost by this many workers is answered instead of called again. */
export const mostStalls = 5;

/** Longer than a job is on its way from Redis to its worker. */
const rememberedMs = 5_000;
/** Every worker hears of every job that is called off. */
const mostRemembered = 10_000;

/** A job, and the token of the lock under which a worker holds it. */
type HeldJob = Pick<CompletionJob, "id" | "token">;

/** Identifies a job together with the lock under which it is held. */
export const holdOf = ({ id, token }: HeldJob): string => `${id} ${token}`;

/**
 * Renews the locks of all jobs in hand with one command.
 *
 * A lost lock (Redis was away for longer) aborts nothing: the call has been counted already, and
 * its answer is as good as the one that the job's next holder would get. A further call needs the lock: see `acquire.lua`.
 */
export type JobLocks = {
  /** @returns a signal that aborts when the work on the job must end. */
  take(job: HeldJob): AbortSignal;
  release(job: HeldJob): void;
  /** Aborts the work on a job that is in hand, or comes within some seconds: it may be on its way. */
  abort(jobId: string, reason: string): void;
  abortAll(reason: string): void;
  close(): Promise<void>;
};

/** Builds {@link JobLocks} for a worker that takes jobs manually. */
export function createJobLocks(worker: Worker): JobLocks {
  const locks = new LockManager(
    {
      name: worker.name,
      extendJobLocks: (holds, tokens, ms) =>
        worker.extendJobLocks(holds.map(jobIdOf), tokens, ms),
      emit: (event, problem) =>
        event === "error" && worker.emit("error", problem),
      trace: (_kind, _operation, _destination, callback) => callback(),
    },
    { lockDuration: lockMs, lockRenewTime: lockMs / 2, workerId: worker.id },
  );
  locks.start();
  /** A job can be in hand twice: its lock had lapsed during its first call. So locks are known by job and token. */
  const holds = new Map<string, Set<string>>();
  const aborted = new ShortMemory<string>({
    rememberedMs,
    most: mostRemembered,
  });

  return {
    take(job) {
      const hold = holdOf(job);
      const token = job.token ?? "";
      const controller = locks.trackJob(hold, token, Date.now(), true);
      if (!controller) throw new Error("The worker is closing");
      const jobId = String(job.id);
      holds.set(jobId, (holds.get(jobId) ?? new Set()).add(hold));
      const reason = aborted.recall(jobId);
      if (reason !== undefined) locks.cancelJob(hold, reason);
      return controller.signal as AbortSignal;
    },
    release(job) {
      const hold = holdOf(job);
      locks.untrackJob(hold);
      const jobId = String(job.id);
      const all = holds.get(jobId);
      all?.delete(hold);
      if (all?.size === 0) holds.delete(jobId);
    },
    abort(jobId, reason) {
      aborted.remember(jobId, reason);
      for (const hold of holds.get(jobId) ?? []) locks.cancelJob(hold, reason);
    },
    abortAll: (reason) => locks.cancelAllJobs(reason),
    close: () => locks.close(),
  };
}

/** Tokens have no spaces. */
const jobIdOf = (hold: string) => hold.slice(0, hold.lastIndexOf(" "));
