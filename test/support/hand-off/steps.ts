import { priorities } from "@openrouter-free-pool/shared/queue/priorities";
import fc from "fast-check";
import { type Acts, createActs, mostLapses } from "./acts.ts";
import type { Fleet } from "./fleet.ts";
import type { Ledger } from "./ledger.ts";

/** How many workers a fleet has. */
export const workerCount = 3;
const mostInLine = 40;
/** A history ends early on a busy machine, before the locks of jobs end by themselves. */
const mostMs = 6_000;

type Step = fc.AsyncCommand<Ledger, Fleet>;
/** What a step is chosen by. */
type Known = Pick<Ledger, "jobs">;

/** A step by its name, with what it needs to make sense. */
function step(
  name: string,
  act: (acts: Acts, ledger: Ledger) => Promise<void> | void,
  isPossible: (ledger: Known) => boolean = () => true,
): Step {
  return {
    check: (ledger) =>
      performance.now() - ledger.startedAt < mostMs && isPossible(ledger),
    async run(ledger, fleet) {
      ledger.steps += 1;
      await act(createActs(ledger, fleet), ledger);
    },
    toString: () => name,
  };
}

const worker = fc.nat({ max: workerCount - 1 });
const shortMs = fc.integer({ min: 1, max: 60 });
const few = fc.integer({ min: 1, max: 5 });
const priority = fc.constantFrom(...Object.values(priorities));
const client = fc.constantFrom("a", "b", "c");

const countOpen = ({ jobs }: Known) =>
  [...jobs.values()].filter(({ state }) => state !== "done").length;
const mayLapse = (ledger: Known) =>
  [...ledger.jobs.values()].every(({ lapses }) => lapses < mostLapses);

const hasRoom = (ledger: Known) => countOpen(ledger) < mostInLine;
const newJobs = fc.record({ count: few, client, priority });

function nameJobs(
  { count, ...job }: { count: number; client: string; priority: number },
  { jobs }: Known,
) {
  return Array.from({ length: count }, (_, index) => ({
    ...job,
    jobId: `job-${jobs.size + index}`,
  }));
}

/** Everything that can happen, in proportions that keep the fleet at work. */
const steps: [weight: number, fc.Arbitrary<Step>][] = [
  [
    5,
    newJobs.map((jobs) =>
      step(
        `add ${jobs.count} of ${jobs.client}`,
        (acts, ledger) => acts.add(nameJobs(jobs, ledger), false),
        hasRoom,
      ),
    ),
  ],
  [
    4,
    fc
      .tuple(worker, few, newJobs, fc.boolean())
      .map(([i, most, jobs, isLost]) =>
        step(
          `${i} leaves an order for ${most}, add ${jobs.count} of ${jobs.client}${isLost ? ", and the message is lost" : ""}`,
          async (acts, ledger) => {
            await acts.take(i, 16, 16 + most);
            await acts.add(nameJobs(jobs, ledger), isLost);
          },
          hasRoom,
        ),
      ),
  ],
  [
    6,
    fc
      .tuple(worker, few)
      .map(([index, most]) =>
        step(`${index} takes ${most}`, (acts) => acts.take(index, most)),
      ),
  ],
  [
    3,
    few.map((most) =>
      step(`all take ${most}`, (acts) => acts.takeTogether(most)),
    ),
  ],
  [8, worker.map((i) => step(`${i} sends`, (acts) => acts.send(i)))],
  [6, worker.map((i) => step(`${i} finishes`, (acts) => acts.finish(i)))],
  [3, worker.map((i) => step(`${i} gives back`, (acts) => acts.giveBack(i)))],
  [
    2,
    fc
      .tuple(worker, shortMs)
      .map(([i, ms]) =>
        step(`${i} is refused for ${ms} ms`, (acts) => acts.another(i, ms)),
      ),
  ],
  [
    2,
    fc
      .tuple(worker, shortMs)
      .map(([i, ms]) =>
        step(`${i}'s model cools for ${ms} ms`, (acts) => acts.defer(i, ms)),
      ),
  ],
  [
    1,
    fc
      .tuple(worker, fc.nat({ max: 3 }), shortMs)
      .map(([i, key, ms]) =>
        step(`${i} parks ${key} for ${ms} ms`, (acts) => acts.park(i, key, ms)),
      ),
  ],
  [
    1,
    fc
      .tuple(worker, fc.nat({ max: 3 }))
      .map(([i, key]) =>
        step(`${i} retires ${key}`, (acts) => acts.retire(i, key)),
      ),
  ],
  [2, worker.map((i) => step(`${i} restores all`, (acts) => acts.restore(i)))],
  [1, worker.map((i) => step(`${i} dies`, (acts) => acts.crash(i), mayLapse))],
  [
    1,
    worker.map((i) => step(`${i} freezes`, (acts) => acts.freeze(i), mayLapse)),
  ],
  [2, fc.constant(step("locks lapse", (acts) => acts.lapse()))],
  [2, worker.map((i) => step(`${i} thaws`, (acts) => acts.thaw(i)))],
  [
    2,
    fc
      .tuple(worker, few)
      .map(([i, most]) =>
        step(`${i} loses the reply to ${most}`, (acts) =>
          acts.loseReply(i, most),
        ),
      ),
  ],
  [3, worker.map((i) => step(`${i} recovers`, (acts) => acts.recover(i)))],
  [4, shortMs.map((ms) => step(`${ms} ms pass`, (acts) => acts.pass(ms)))],
];

/** Random lists of steps. */
export const stepLists = fc.commands(
  steps.flatMap(([weight, arbitrary]) =>
    Array.from({ length: weight }, () => arbitrary),
  ),
  { maxCommands: 400, size: "max" },
);
