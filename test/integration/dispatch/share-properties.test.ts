import { addToQueue } from "@openrouter-free-pool/shared/queue/add-to-queue";
import { dropJob } from "@openrouter-free-pool/shared/queue/held-job";
import { priorities } from "@openrouter-free-pool/shared/queue/priorities";
import fc from "fast-check";
import { expect, test } from "vitest";
import { openQueue } from "../../support/bullmq-queue.ts";
import { leastSurplus, type Turn } from "../../support/least-surplus.ts";
import { openDispatch } from "../../support/open-dispatch.ts";

const clients = 200;
const calls = 800;
const windowCalls = 200;
const atATime = 16;
/** A call may come early before a window, and another one late at its end: see docs/decisions/0017. */
const mostBehind = 2;

const someClients = fc.array(
  fc.record({
    weight: fc.integer({ min: 1, max: 100 }),
    /** After so many calls it comes with so many requests; the later ones come and go. */
    comesAfter: fc.oneof(
      fc.constant(0),
      fc.integer({ min: 0, max: calls / atATime }),
    ),
    requests: fc.integer({ min: 1, max: 60 }),
  }),
  { minLength: clients, maxLength: clients },
);

test("of 200 clients with any weights that come and go none gets less than its share of 200 calls in a row, minus two", async ({
  annotate,
}) => {
  let worst = Number.POSITIVE_INFINITY;
  await fc.assert(
    fc.asyncProperty(someClients, async (scene) => {
      const queue = await openQueue();
      const { redis, redisKeys, request } = queue;
      const { takeJobs } = await openDispatch(queue, { perMinute: 100_000 });
      const left = scene.map(() => 0);
      const turns: Turn[] = [];

      async function come(round: number): Promise<void> {
        const coming = scene.flatMap(({ comesAfter, requests, weight }, i) => {
          if (comesAfter !== round) return [];
          left[i] = requests;
          return Array.from({ length: requests }, (_, job) => ({
            jobId: `${i}-${job}`,
            request: { ...request, client: String(i) },
            priority: priorities.normal,
            timestamp: Date.now(),
            weight,
          }));
        });
        for (let i = 0; i < coming.length; i += 200) {
          await addToQueue(redis, redisKeys, coming.slice(i, i + 200));
        }
      }

      for (let round = 0; turns.length < calls; round += 1) {
        await come(round);
        const { jobs } = await takeJobs(atATime);
        if (jobs.length === 0) break;
        for (const { job } of jobs) {
          const client = Number(job.data.client);
          const weights = scene.map(({ weight }, i) =>
            (left[i] ?? 0) > 0 ? weight : 0,
          );
          turns.push({ client, weights });
          left[client] = (left[client] ?? 0) - 1;
        }
        await Promise.all(jobs.map(({ job }) => dropJob(job)));
      }
      worst = Math.min(worst, leastSurplus(turns, windowCalls));
      expect(worst).toBeGreaterThanOrEqual(-mostBehind);
    }),
    { numRuns: 2, endOnFailure: true },
  );
  await annotate(
    `the worst client had ${worst.toFixed(2)} calls more than its share`,
  );
});
