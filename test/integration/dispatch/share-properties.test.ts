import { addToQueue } from "@openrouter-free-pool/shared/queue/add-to-queue";
import { dropJob } from "@openrouter-free-pool/shared/queue/held-job";
import { priorities } from "@openrouter-free-pool/shared/queue/priorities";
import fc from "fast-check";
import { expect, test } from "vitest";
import { openQueue } from "../../support/bullmq-queue.ts";
import { openDispatch } from "../../support/open-dispatch.ts";

const clients = 200;
const calls = 1_000;
const windowCalls = 200;
/** More than its share, so that each client has enough in line at all times. */
const spare = 8;

test("of 200 clients with any weights none gets less than its share of 200 calls in a row, minus three calls", async ({
  annotate,
}) => {
  let worst = Number.POSITIVE_INFINITY;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 100 }), {
        minLength: clients,
        maxLength: clients,
      }),
      async (weights) => {
        const queue = await openQueue();
        const { redis, redisKeys, request } = queue;
        const { takeJobs } = await openDispatch(queue, { perMinute: 100_000 });
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        for (const [index, weight] of weights.entries()) {
          const client = String(index);
          const length = Math.ceil((calls * weight) / total) + spare;
          await addToQueue(
            redis,
            redisKeys,
            Array.from({ length }, (_, job) => ({
              jobId: `${client}-${job}`,
              request: { ...request, client },
              priority: priorities.normal,
              timestamp: Date.now(),
              weight,
            })),
          );
        }
        const order: number[] = [];
        while (order.length < calls) {
          for (const { job } of (await takeJobs(16)).jobs) {
            order.push(Number(job.data.client));
            await dropJob(job);
          }
        }
        worst = Math.min(worst, leastSurplus(order, weights));
        expect(worst).toBeGreaterThanOrEqual(-3);
      },
    ),
    { numRuns: 2, endOnFailure: true },
  );
  await annotate(
    `the worst client had ${worst.toFixed(2)} calls more than its share`,
  );
});

/** The least that any client got beyond its share in any window. */
function leastSurplus(
  order: readonly number[],
  weights: readonly number[],
): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const got = weights.map(() => 0);
  let least = Number.POSITIVE_INFINITY;
  for (const [index, client] of order.entries()) {
    got[client] = (got[client] ?? 0) + 1;
    const left = order[index - windowCalls];
    if (left !== undefined) got[left] = (got[left] ?? 0) - 1;
    if (index < windowCalls - 1) continue;
    for (const [each, weight] of weights.entries()) {
      const share = (windowCalls * weight) / total;
      least = Math.min(least, (got[each] ?? 0) - share);
    }
  }
  return least;
}
