import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { createActs } from "./acts.ts";
import { type Fleet, openConnections, openFleet } from "./fleet.ts";
import { Ledger } from "./ledger.ts";
import { stepLists, workerCount } from "./steps.ts";

/** What was gone through. */
export type HandOffFigures = {
  readonly steps: number;
  readonly histories: number;
  readonly jobs: number;
  readonly calls: number;
  /** Grants that came too late and were given back. */
  readonly lateGrants: number;
  /** Jobs that came by standing orders. */
  readonly deliveries: number;
};

const drainMs = 60_000;

/**
 * Lets a fleet go through random histories until so many steps are done. After each history
 * all that is left is worked off, and nothing may be missing.
 *
 * @throws {Error} of fast-check, with the seed and the steps of a history that went wrong.
 */
export async function checkHandOff(
  redisUrl: string,
  options: {
    steps: number;
    seed: number;
    onProgress?: (figures: HandOffFigures) => void;
  },
): Promise<HandOffFigures> {
  const { connections, close } = openConnections(redisUrl, workerCount);
  let figures: HandOffFigures = {
    steps: 0,
    histories: 0,
    jobs: 0,
    calls: 0,
    lateGrants: 0,
    deliveries: 0,
  };
  const history = fc.asyncProperty(stepLists, async (steps) => {
    const fleet = await openFleet(redisUrl, connections);
    const ledger = new Ledger(workerCount);
    try {
      const setup = () => ({ model: ledger, real: fleet });
      await fc.asyncModelRun(setup, steps);
      await workOff(ledger, fleet);
    } finally {
      await fleet.close();
    }
    figures = {
      steps: figures.steps + ledger.steps,
      histories: figures.histories + 1,
      jobs: figures.jobs + ledger.jobs.size,
      calls: figures.calls + ledger.calls,
      lateGrants: figures.lateGrants + ledger.lateGrants,
      deliveries: figures.deliveries + ledger.deliveries,
    };
    options.onProgress?.(figures);
  });
  try {
    for (let seed = options.seed; figures.steps < options.steps; seed += 1) {
      // Time is a part of each history: a shorter one says nothing about a longer one.
      await fc.assert(history, { seed, numRuns: 1, endOnFailure: true });
    }
  } finally {
    await close();
  }
  return figures;
}

/** Has everything that is left answered, and checks that nothing stays behind. */
async function workOff(ledger: Ledger, fleet: Fleet): Promise<void> {
  const acts = createActs(ledger, fleet);
  const indexes = fleet.workers.map((_, index) => index);
  await acts.restore(0);
  for (const index of indexes) {
    await acts.recover(index);
    await acts.thaw(index);
  }
  await acts.lapse();
  const deadline = performance.now() + drainMs;
  const isOpen = () =>
    [...ledger.jobs.values()].some(({ state }) => state !== "done");
  while (isOpen()) {
    if (performance.now() > deadline) {
      const open = [...ledger.jobs].filter(([, { state }]) => state !== "done");
      throw new Error(`Lost: ${JSON.stringify(open)}`);
    }
    for (const index of indexes) {
      await acts.take(index, 16);
      await acts.send(index);
      await acts.finish(index);
    }
    await sleep(5);
  }
  const { redis, queue } = fleet;
  const left = await Promise.all([
    redis.llen(queue.wait),
    redis.llen(queue.active),
    redis.zcard(queue.prioritized),
    redis.zcard(queue.delayed),
    ...[...ledger.jobs.keys()].map((jobId) => redis.exists(queue.job(jobId))),
  ]);
  const sum = left.reduce((total, count) => total + count, 0);
  if (sum > 0) throw new Error(`Left in Redis: ${left.join()}`);
}
