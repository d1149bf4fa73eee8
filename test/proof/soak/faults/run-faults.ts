import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "./plan-faults.ts";

/** A fault that was made. Seconds since the start of the run. */
export type FaultRecord = {
  readonly name: string;
  readonly from: number;
  /** When what was ended runs again; undefined while it does not. */
  to?: number;
};

/** Makes the faults in turn, one every so many seconds, until it is told to stop. */
export async function runFaults(deps: {
  faults: readonly Fault[];
  everySeconds: number;
  elapsedSeconds: () => number;
  records: FaultRecord[];
  signal: AbortSignal;
}): Promise<void> {
  const { faults, everySeconds, elapsedSeconds, records, signal } = deps;
  if (everySeconds === 0) return;
  for (let round = 1; ; round += 1) {
    const dueInMs = (round * everySeconds - elapsedSeconds()) * 1_000;
    await sleep(Math.max(0, dueInMs), undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    const fault = faults[(round - 1) % faults.length];
    if (!fault) return;
    const record: FaultRecord = { name: fault.name, from: elapsedSeconds() };
    records.push(record);
    await fault.act();
    record.to = elapsedSeconds();
  }
}
