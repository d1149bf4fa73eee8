import type { Stack } from "../../support/processes/stack.ts";
import { type Comparison, compareWithDirect } from "./compare-with-direct.ts";

/** What a request pays for going through the stack, at one number of connections. */
export type LatencyResult = Comparison & {
  readonly connections: number;
  readonly addedP50Ms: number;
  readonly addedP99Ms: number;
  /** How many times as long as a direct call. */
  readonly ratioP50: number;
  readonly ratioP99: number;
};

/** Measures the latency that the stack adds to a call, nothing being limited. */
export async function measureLatency(
  stack: Stack,
  connections: number,
): Promise<LatencyResult> {
  const figures = await compareWithDirect(stack, connections);
  const { direct, stack: through } = figures;
  return {
    connections,
    ...figures,
    addedP50Ms: through.p50Ms - direct.p50Ms,
    addedP99Ms: through.p99Ms - direct.p99Ms,
    ratioP50: through.p50Ms / direct.p50Ms,
    ratioP99: through.p99Ms / direct.p99Ms,
  };
}
