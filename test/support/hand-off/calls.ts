import { returnJob } from "@openrouter-free-pool/shared/queue/held-job";
import type { Fleet, FleetWorker } from "./fleet.ts";
import type { Asked, Hand, Ledger } from "./ledger.ts";

/** What all acts need of workers, of what they hold, and of calls. */
export type Calls = ReturnType<typeof createCalls>;

/** Builds {@link Calls} of one fleet. */
export function createCalls(ledger: Ledger, fleet: Fleet) {
  const workerAt = (index: number): FleetWorker => {
    const worker = fleet.workers[index];
    if (!worker) throw new Error(`No worker ${index}`);
    return worker;
  };
  const handsOf = (index: number, whose = ledger.hands): Map<string, Hand> =>
    whose[index] ?? new Map();
  const unsent = (index: number) =>
    [...handsOf(index)].filter(([, { grant, isSent }]) => grant && !isSent);
  const sent = (index: number) =>
    [...handsOf(index)].filter(([, { isSent }]) => isSent);

  async function timed<T>(ask: () => Promise<T>): Promise<[T, Asked]> {
    const askedAt = performance.now();
    const answer = await ask();
    return [answer, { askedAt, answeredAt: performance.now() }];
  }

  /** Sends a call, unless its grant has become too old. @returns whether it was sent. */
  async function sendOrRelease(index: number, hand: Hand): Promise<boolean> {
    const { grant } = hand;
    if (!grant) return false;
    const at = performance.now();
    if (await workerAt(index).pool.releaseIfLate(grant)) {
      ledger.lateGrants += 1;
      hand.grant = undefined;
      return false;
    }
    ledger.recordCall(grant, at);
    hand.isSent = true;
    return true;
  }

  async function putBack(index: number, jobId: string): Promise<void> {
    const hand = handsOf(index).get(jobId);
    if (!hand) return;
    await returnJob(hand.job);
    handsOf(index).delete(jobId);
    ledger.leave(jobId, "waiting");
  }

  /** @returns whether the job was the worker's. */
  async function endJob(index: number, hand: Hand): Promise<boolean> {
    const { job } = hand;
    return workerAt(index).finishJob({ job, ending: { status: 200 } });
  }

  return {
    workerAt,
    handsOf,
    unsent,
    sent,
    timed,
    sendOrRelease,
    putBack,
    endJob,
  };
}
