import { type Stack, testKey } from "../support/stack.ts";
import { type LoopResult, runClosedLoop } from "./closed-loop.ts";

const roundMs = 1_500;
const rounds = 2;
const warmUpMs = 1_000;

/** The stack against a direct call, at one number of connections. */
export type LatencyResult = {
  readonly connections: number;
  readonly direct: LoopResult;
  readonly stack: LoopResult;
  readonly addedP50Ms: number;
  readonly addedP99Ms: number;
  /** How many times as long as a direct call. */
  readonly ratioP50: number;
};

/** Measures both in turns, so that a busy machine disturbs them alike. */
export async function measureLatency(
  stack: Stack,
  connections: number,
): Promise<LatencyResult> {
  const direct = {
    url: stack.simulator.url,
    headers: { authorization: `Bearer ${testKey(0)}` },
    connections,
  };
  const through = { url: `${stack.url}/v1`, connections };
  await runClosedLoop({ ...direct, durationMs: warmUpMs / 2 });
  await runClosedLoop({ ...through, durationMs: warmUpMs });
  const results: { direct: LoopResult; stack: LoopResult }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    results.push({
      direct: await runClosedLoop({ ...direct, durationMs: roundMs }),
      stack: await runClosedLoop({ ...through, durationMs: roundMs }),
    });
  }
  // The better round of each: what disturbs comes from outside.
  const best = {
    direct: fastest(results.map((result) => result.direct)),
    stack: fastest(results.map((result) => result.stack)),
  };
  return {
    connections,
    ...best,
    addedP50Ms: best.stack.p50Ms - best.direct.p50Ms,
    addedP99Ms: best.stack.p99Ms - best.direct.p99Ms,
    ratioP50: best.stack.p50Ms / best.direct.p50Ms,
  };
}

function fastest(results: readonly LoopResult[]): LoopResult {
  const [first, ...others] = results;
  if (!first) throw new Error("Nothing was measured");
  return others.reduce((a, b) => (b.p50Ms < a.p50Ms ? b : a), first);
}
