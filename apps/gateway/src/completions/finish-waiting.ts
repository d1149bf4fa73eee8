import { setTimeout as sleep } from "node:timers/promises";
import type { WaitingRequests } from "./waiting-requests.ts";
import type { Withdraw } from "./withdraw.ts";

const lookEveryMs = 50;

/**
 * Waits until every request has its answer, for `graceMs` at most. Those that are
 * left are told to come again, and their jobs spend no more quota.
 */
export async function finishWaiting(
  waiting: WaitingRequests,
  withdraw: Withdraw,
  graceMs: number,
): Promise<void> {
  const deadline = performance.now() + graceMs;
  while (waiting.size > 0 && performance.now() < deadline) {
    await sleep(lookEveryMs);
  }
  const left = waiting.close();
  await Promise.allSettled(left.map((jobId) => withdraw.callOff(jobId)));
}
