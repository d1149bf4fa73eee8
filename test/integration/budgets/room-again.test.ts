import type { Grant } from "@openrouter-free-pool/shared/key-pool/slots/acquisition";
import { expect, test } from "vitest";
import { dropJob } from "../../support/dispatch/drop-job.ts";
import { openBudgets } from "../../support/dispatch/open-budgets.ts";

/** Takes the first of a client's two requests; its budget has no room for the other one. */
async function takeFirst(limits: { perMinute?: number; maxInFlight?: number }) {
  const budgets = await openBudgets();
  const { queue, limit, add, takeJobs } = budgets;
  const client = await limit("a", limits);
  const [, waiting] = await add(client, 2);
  const { jobs } = await takeJobs(16);
  const [first] = jobs;
  if (!first || jobs.length > 1) throw new Error(`${jobs.length} were taken`);
  return {
    ...budgets,
    waiting,
    job: first.job,
    grant: first.slot as Grant,
    isWoken: () => queue.redis.exists(queue.keys.marker),
  };
}

test("a call that is given back wakes a worker for its client's next request", async () => {
  const { keyPool, grant, isWoken, take, waiting } = await takeFirst({
    perMinute: 1,
  });
  expect(await isWoken()).toBe(0);
  await keyPool.release(grant);
  expect(await isWoken()).toBe(1);
  expect(await take()).toMatchObject([{ id: waiting }]);
});

test("a request that ends after its call was given back wakes a worker for its client's next one", async () => {
  const { keyPool, grant, isWoken, take, finish, job, waiting } =
    await takeFirst({ maxInFlight: 1 });
  await keyPool.release(grant);
  // The worker that was woken finds that the request is still in hand.
  expect(await take()).toEqual([]);
  expect(await isWoken()).toBe(0);
  await finish(job);
  expect(await isWoken()).toBe(1);
  expect(await take()).toMatchObject([{ id: waiting }]);
});

test("a request that is called off in flight makes room for its client's next one", async () => {
  const { queue, isWoken, take, job, waiting } = await takeFirst({
    maxInFlight: 1,
  });
  await dropJob(queue, job);
  expect(await queue.redis.exists(queue.keys.job(String(job.id)))).toBe(0);
  expect(await isWoken()).toBe(1);
  expect(await take()).toMatchObject([{ id: waiting }]);
});
