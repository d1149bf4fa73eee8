import type { TakenJob } from "@openrouter-free-pool/shared/dispatch/taken-job";
import { returnJob } from "@openrouter-free-pool/shared/queue/held-job";
import type { Calls } from "./calls.ts";
import type { Fleet } from "./fleet.ts";
import type { Ledger } from "./ledger.ts";

/** Workers that die, stand still or lose a reply, and how their jobs come back. */
export function createLosses(ledger: Ledger, fleet: Fleet, calls: Calls) {
  const { workerAt, handsOf, sendOrRelease, endJob } = calls;

  /** A worker never hears that it was given a job. */
  function lose(index: number, { job, slot }: TakenJob): void {
    ledger.take(index, job);
    const grant = slot?.kind === "granted" ? slot : undefined;
    const hand = { job, grant, isSent: false };
    handsOf(index, ledger.unheard).set(String(job.id), hand);
  }

  return {
    lose,

    /** The worker dies with all that it holds; another one takes its place. */
    crash(index: number): void {
      for (const hands of [handsOf(index), handsOf(index, ledger.unheard)]) {
        for (const jobId of hands.keys()) {
          const { holder } = ledger.stateOf(jobId);
          if (holder) holder.isAlive = false;
          ledger.abandoned.add(jobId);
        }
        hands.clear();
      }
    },

    /** The worker stands still for longer than its locks last. */
    freeze(index: number): void {
      for (const [jobId, hand] of handsOf(index)) {
        const { holder } = ledger.stateOf(jobId);
        if (holder) holder.isAlive = false;
        handsOf(index, ledger.frozen).set(jobId, hand);
        ledger.abandoned.add(jobId);
      }
      handsOf(index).clear();
    },

    /** The locks of jobs that nobody works on end, and they come back into line. */
    async lapse(): Promise<void> {
      const jobIds = [...ledger.abandoned];
      await fleet.lapse(jobIds);
      ledger.abandoned.clear();
      for (const jobId of jobIds) {
        const job = ledger.stateOf(jobId);
        job.lapses += 1;
        delete job.holder;
        if (job.state === "held") job.state = "waiting";
      }
    },

    /** A worker that stood still goes on as if nothing had happened. Its calls are sent or given back, its answers handed in. */
    async thaw(index: number): Promise<void> {
      for (const [jobId, hand] of handsOf(index, ledger.frozen)) {
        handsOf(index, ledger.frozen).delete(jobId);
        if (!hand.isSent) await sendOrRelease(index, hand);
        // Without a call it would go back to the queue: not its own any more, it is left to its next holder.
        if (!hand.isSent) continue;
        const job = ledger.stateOf(jobId);
        const wasOurs = await endJob(index, hand);
        const isStillOurs =
          ledger.abandoned.has(jobId) && job.holder?.token === hand.job.token;
        if (wasOurs !== isStillOurs) {
          throw new Error(`${jobId}: ended as if it was ours: ${wasOurs}`);
        }
        if (wasOurs) {
          ledger.abandoned.delete(jobId);
          ledger.leave(jobId, "done");
        } else {
          job.isAnswered = true;
        }
      }
    },

    /** Redis hands out jobs, and its reply never arrives. */
    async loseReply(index: number, most: number): Promise<void> {
      const { jobs } = await workerAt(index).takeJobs(most);
      for (const taken of jobs) lose(index, taken);
    },

    /** The connection is back: lost jobs are found under the worker's own locks, and their slots given back. */
    async recover(index: number): Promise<void> {
      const unheard = handsOf(index, ledger.unheard);
      const { pool, findLostJobs } = workerAt(index);
      const found = await findLostJobs((jobId) => !unheard.has(jobId));
      const expected = [...unheard.keys()].sort().join();
      const ids = found.map(({ job }) => String(job.id)).sort();
      if (ids.join() !== expected) {
        throw new Error(`Found ${ids.join()}, lost were ${expected}`);
      }
      for (const { job, slot } of found) {
        const jobId = String(job.id);
        const hadGrant = unheard.get(jobId)?.grant !== undefined;
        const isGiven = slot?.kind === "granted";
        if (hadGrant !== isGiven) throw new Error(`${jobId}: lost its grant`);
        if (isGiven && !(await pool.releaseIfLate(slot))) {
          throw new Error(`${jobId}: its grant is not late`);
        }
        unheard.delete(jobId);
        await returnJob(job);
        ledger.leave(jobId, "waiting");
      }
    },
  };
}
