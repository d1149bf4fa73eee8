import {
  type PoolStatus,
  readPoolStatus,
} from "../support/clients/pool-status.ts";
import type { Burst } from "./run-burst.ts";
import { settings } from "./settings.ts";

/** How far the burst is, at one moment. */
export type Progress = {
  readonly elapsedMs: number;
  readonly queued: number;
  /** At the simulator. */
  readonly inFlight: number;
  /** Answered, whatever the status. */
  readonly done: number;
  readonly lost: number;
  readonly keys: PoolStatus["keys"];
};

/** Looks at the burst from both ends: what came back here, and what the gateway says. */
export async function readProgress(
  gatewayUrl: string,
  burst: Burst,
): Promise<Progress> {
  const { queue, keys } = await readPoolStatus(gatewayUrl);
  const done = burst.answers.length;
  const lost = burst.losses.length;
  // The two ends are read at different moments; the sum is to be right all the same.
  const open = settings.requests - done - lost;
  const inFlight = Math.min(queue.inFlight, open);
  return {
    elapsedMs: burst.elapsedMs(),
    queued: open - inFlight,
    inFlight,
    done,
    lost,
    keys: keys.toSorted((a, b) => a.key.localeCompare(b.key)),
  };
}
