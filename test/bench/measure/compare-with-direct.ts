import { type Stack, testKey } from "../../support/processes/stack.ts";
import {
  type LoopFigures,
  type LoopResult,
  runClosedLoop,
  sumUp,
} from "../load/closed-loop.ts";

const rounds = 5;
const directMs = 400;
const stackMs = 1_000;
const warmUpMs = 1_000;

/** The stack against the simulator alone. */
export type Comparison = {
  readonly direct: LoopFigures;
  readonly stack: LoopFigures;
};

/**
 * Loads the simulator directly and through the stack, in turns, so that whatever
 * else this machine does disturbs both alike.
 *
 * @param aroundStack wraps each round through the stack, to measure something else with it.
 */
export async function compareWithDirect(
  stack: Stack,
  connections: number,
  aroundStack: (round: () => Promise<LoopResult>) => Promise<LoopResult> = (
    round,
  ) => round(),
): Promise<Comparison> {
  const direct = {
    url: stack.simulator.url,
    headers: { authorization: `Bearer ${testKey(0)}` },
    connections,
  };
  const through = { url: `${stack.url}/v1`, connections };
  await runClosedLoop(direct, directMs);
  await runClosedLoop(through, warmUpMs);
  const results: { direct: LoopResult[]; stack: LoopResult[] } = {
    direct: [],
    stack: [],
  };
  for (let round = 0; round < rounds; round += 1) {
    results.direct.push(await runClosedLoop(direct, directMs));
    results.stack.push(
      await aroundStack(() => runClosedLoop(through, stackMs)),
    );
  }
  return { direct: sumUp(results.direct), stack: sumUp(results.stack) };
}
