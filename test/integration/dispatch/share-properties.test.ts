import { addToQueue } from "@openrouter-free-pool/shared/dispatch/add-to-queue";
import { priorities } from "@openrouter-free-pool/shared/queue/priorities";
import fc from "fast-check";
import { expect, test } from "vitest";
import { dropJob } from "../../support/dispatch/drop-job.ts";
import {
  leastSurplus,
  type Turn,
} from "../../support/dispatch/least-surplus.ts";
import { openDispatch } from "../../support/dispatch/open-dispatch.ts";
import { openQueue } from "../../support/redis/bullmq-queue.ts";

const clients = 200;
const calls = 600;
const windowCalls = 200;

/** A client, and how many requests it brings after how many calls. */
type Arrival = {
  readonly client: number;
  readonly afterCalls: number;
  readonly requests: number;
};

type Scene = {
  readonly weights: readonly number[];
  readonly arrivals: readonly Arrival[];
  /** Jobs that are taken in one go. */
  readonly atATime: number;
};

/** Plays a scene in Redis. @returns whose each call was, and who had work then. */
async function play({ weights, arrivals, atATime }: Scene): Promise<Turn[]> {
  const queue = await openQueue();
  const { redis, redisKeys, request } = queue;
  const { takeJobs } = await openDispatch(queue, { perMinute: 100_000 });
  const left = weights.map(() => 0);
  const turns: Turn[] = [];
  const coming = arrivals.toSorted((a, b) => a.afterCalls - b.afterCalls);
  let number = 0;

  async function come(): Promise<void> {
    const jobs = [];
    while ((coming[0]?.afterCalls ?? Infinity) <= turns.length) {
      const { client = 0, requests = 0 } = coming.shift() ?? {};
      left[client] = (left[client] ?? 0) + requests;
      for (let i = 0; i < requests; i += 1) {
        jobs.push({
          jobId: `${client}-${number++}`,
          request: { ...request, client: String(client) },
          priority: priorities.normal,
          timestamp: Date.now(),
          weight: weights[client] ?? 1,
        });
      }
    }
    for (let i = 0; i < jobs.length; i += 200) {
      await addToQueue(redis, redisKeys, jobs.slice(i, i + 200));
    }
  }

  while (turns.length < calls) {
    await come();
    const { jobs } = await takeJobs(atATime);
    if (jobs.length === 0) break;
    for (const { job } of jobs) {
      const client = Number(job.data.client);
      turns.push({
        client,
        weights: weights.map((w, i) => ((left[i] ?? 0) > 0 ? w : 0)),
      });
      left[client] = (left[client] ?? 0) - 1;
    }
    await Promise.all(jobs.map(({ job }) => dropJob(queue, job)));
  }
  return turns;
}

const anyWeights = fc.oneof(
  fc.integer({ min: 1, max: 100 }),
  fc.constantFrom(1, 10, 100),
);

/** Each comes once, half of them at the beginning; they leave when they have been served. */
const comingAndGoing = fc
  .array(
    fc.record({
      weight: anyWeights,
      afterCalls: fc.oneof(
        fc.constant(0),
        fc.integer({ min: 0, max: calls - windowCalls }),
      ),
      requests: fc.integer({ min: 1, max: 60 }),
    }),
    { minLength: clients, maxLength: clients },
  )
  .map((all) => ({
    weights: all.map(({ weight }) => weight),
    arrivals: all.map(({ afterCalls, requests }, client) => ({
      ...{ client, afterCalls, requests },
    })),
    atATime: 16,
  }));

/** Two have work at all times. Others bring one request at a time, as fast as they are served. */
const singleRequests = fc
  .record({
    weights: fc.array(anyWeights, { minLength: clients, maxLength: clients }),
    whose: fc.array(fc.integer({ min: 2, max: clients - 1 }), {
      minLength: calls,
      maxLength: calls,
    }),
  })
  .map(({ weights, whose }) => ({
    weights,
    arrivals: [
      { client: 0, afterCalls: 0, requests: calls },
      { client: 1, afterCalls: 0, requests: calls },
      ...whose.map((client, index) => ({
        ...{ client, afterCalls: index + 1, requests: 1 },
      })),
    ],
    atATime: 1,
  }));

/** One of weight 100 beside many of weight 1, all with work at all times. */
const oneHeavy = fc.constant({
  weights: Array.from({ length: clients }, (_, i) => (i === 0 ? 100 : 1)),
  arrivals: Array.from({ length: clients }, (_, client) => ({
    ...{ client, afterCalls: 0, requests: client === 0 ? calls : 10 },
  })),
  atATime: 16,
});

// See docs/decisions/0017 for the bounds.
test.for([
  { name: "that come and go", scenes: comingAndGoing, runs: 2, most: 2 },
  {
    ...{ name: "that bring one request at a time", scenes: singleRequests },
    ...{ runs: 1, most: 3 },
  },
  {
    ...{ name: "of which one is a hundred times as heavy", scenes: oneHeavy },
    ...{ runs: 1, most: 1 },
  },
])(
  "of 200 clients $name none gets less than its share of 200 calls in a row, minus $most",
  async ({ scenes, runs, most }, { annotate }) => {
    let inWindow = 0;
    let sinceBegin = 0;
    await fc.assert(
      fc.asyncProperty(scenes, async (scene) => {
        const least = leastSurplus(await play(scene), windowCalls);
        inWindow = Math.min(inWindow, least.inWindow);
        sinceBegin = Math.min(sinceBegin, least.sinceBegin);
        expect(inWindow).toBeGreaterThanOrEqual(-most);
        expect(sinceBegin).toBeGreaterThanOrEqual(-most - 1);
      }),
      { numRuns: runs, endOnFailure: true },
    );
    await annotate(
      `the worst client had ${inWindow.toFixed(2)} calls more than its share; since it began to have work ${sinceBegin.toFixed(2)}`,
    );
  },
);
