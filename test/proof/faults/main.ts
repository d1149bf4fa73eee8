/**
 * The fault campaign: everything that can go wrong, one fault after the other, under load against a
 * simulator of OpenRouter that counts the calls of each account in any window. Prints the tables of
 * docs/reliability.md, and ends with 1 when a request was lost, answered twice or sent over quota.
 *
 *   npm run proof:faults               all of them, two at a time
 *   npm run proof:faults -- NAME …     only these; what begins with NAME
 */
import { privateRedisAvailable } from "../../support/redis/redis.ts";
import type { Fault } from "./fault.ts";
import type { Figures } from "./judge.ts";
import { describe, printTables } from "./print-figures.ts";
import { runFault } from "./run-fault.ts";
import { clusterFaults } from "./table/cluster.ts";
import { failoverFaults } from "./table/failovers.ts";
import { machineFaults } from "./table/machines.ts";
import { processFaults } from "./table/processes.ts";
import { redisFaults } from "./table/redis.ts";
import { upstreamFaults } from "./table/upstream.ts";

/** They mostly wait. */
const atATime = 2;

const all: readonly Fault[] = [
  ...processFaults,
  ...redisFaults,
  ...failoverFaults,
  ...clusterFaults,
  ...upstreamFaults,
  ...machineFaults,
];

const names = process.argv.slice(2);
const chosen = all.filter(
  ({ name }) =>
    names.length === 0 || names.some((wanted) => name.startsWith(wanted)),
);
if (chosen.length === 0) {
  console.error(`The faults are: ${all.map(({ name }) => name).join(", ")}`);
  process.exit(1);
}
if (!privateRedisAvailable()) {
  console.error("Needs redis-server or valkey-server on the PATH");
  process.exit(1);
}

const results = new Map<Fault, Figures | undefined>();
let isRight = true;
const waiting = [...chosen];

async function runNext(): Promise<void> {
  for (let fault = waiting.shift(); fault; fault = waiting.shift()) {
    try {
      const figures = await runFault(fault);
      results.set(fault, figures);
      if (figures?.problems.length) isRight = false;
      console.log(figures ? describe(figures) : `${fault.name}: skipped`);
    } catch (error) {
      isRight = false;
      console.log(`${fault.name}: ${(error as Error).stack}`);
    }
  }
}

const startedAt = performance.now();
await Promise.all(Array.from({ length: atATime }, runNext));
printTables(
  chosen
    .filter((fault) => results.has(fault))
    .map((fault) => ({ fault, figures: results.get(fault) })),
);
const minutes = (performance.now() - startedAt) / 60_000;
console.log(`\n${chosen.length} faults in ${minutes.toFixed(1)} min`);
process.exit(isRight ? 0 : 1);
