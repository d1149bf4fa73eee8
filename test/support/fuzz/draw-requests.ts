import fc from "fast-check";
import type { ScriptRule, Simulator } from "../../simulator/start-simulator.ts";
import type { FuzzRequest } from "./fuzz-request.ts";
import { fuzzRequests } from "./requests.ts";

/** How many requests follow from one seed. */
const perSeed = 500;

/** A request and how to draw it again. */
export type DrawnRequest = {
  readonly request: FuzzRequest;
  readonly seed: number;
  /** Place among those of its seed, from 0. */
  readonly number: number;
};

/**
 * Draws so many requests, the first ones from the seed, the next ones from the seed after it.
 * What the upstream answers to them is arranged before they are handed out.
 */
export async function* drawRequests(
  simulator: Simulator,
  { requests, seed: firstSeed }: { requests: number; seed: number },
): AsyncGenerator<DrawnRequest, void> {
  let rulesBefore: ScriptRule[] = [];
  for (let drawn = 0; drawn < requests; drawn += perSeed) {
    const seed = firstSeed + drawn / perSeed;
    const numRuns = Math.min(perSeed, requests - drawn);
    const list = fc.sample(fuzzRequests, { seed, numRuns });
    const rules = list.flatMap(readRule);
    // In place of all others: those of requests that were not called would pile up.
    await simulator.settings({ script: [...rulesBefore, ...rules] });
    rulesBefore = rules;
    for (const [number, request] of list.entries()) {
      yield { request, seed, number };
    }
  }
}

/** What the upstream is to answer when it is asked for the request's model. */
function readRule({ body, upstream }: FuzzRequest): ScriptRule[] {
  if (!upstream) return [];
  const { model } = JSON.parse(String(body)) as { model: string };
  return [{ match: { model }, fault: upstream }];
}
