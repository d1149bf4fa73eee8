import { findLostJobs } from "@openrouter-free-pool/shared/dispatch/find-lost-jobs";
import { returnJob } from "@openrouter-free-pool/shared/queue/held-job";
import { priorities } from "@openrouter-free-pool/shared/queue/priorities";
import { expect, test } from "vitest";
import { openQueue } from "../../support/bullmq-queue.ts";
import { openDispatch } from "../../support/open-dispatch.ts";

const { high, normal } = priorities;
const idsOf = (jobs: readonly { job: { id?: string | undefined } }[]) =>
  jobs.map(({ job }) => job.id);

test("as many jobs are taken as there are slots, and the line stays as it is", async () => {
  const queue = await openQueue();
  const { takeJobs } = await openDispatch(queue, { perMinute: 2 });
  await queue.add(normal, "a", "b", "c", "d");
  await queue.add(high, "urgent");
  const { jobs, waiting, slotMs } = await takeJobs(16, []);
  expect(idsOf(jobs)).toEqual(["urgent", "a"]);
  expect(jobs.map(({ slot }) => slot?.kind)).toEqual(["granted", "granted"]);
  expect(waiting).toBe(3);
  expect(slotMs).toBeGreaterThan(50_000);
  expect(await queue.inLine()).toEqual(["b", "c", "d"]);
  expect((await takeJobs(16, [])).jobs).toEqual([]);
  expect(await queue.inLine()).toEqual(["b", "c", "d"]);
});

test("jobs of which more must be known are left to be asked for, and wait for a slot like others", async () => {
  const queue = await openQueue();
  const { takeJobs } = await openDispatch(queue, { perMinute: 1 });
  await queue.add(normal, "called before", "refused", "plain");
  const first = await queue.fetch();
  await first.updateProgress({ calls: 1, failures: 1 });
  await returnJob(first);
  const model = first.data.model;
  const { jobs, waiting } = await takeJobs(16, [model]);
  expect(idsOf(jobs)).toEqual(["called before", "refused", "plain"]);
  expect(jobs.every(({ slot }) => slot === undefined)).toBe(true);
  expect(jobs[0]?.job.progress).toEqual({ calls: 1, failures: 1 });
  expect(waiting).toBe(0);

  await queue.add(normal, "taken", "next");
  expect(idsOf((await takeJobs(16, [])).jobs)).toEqual(["taken"]);
  const none = await takeJobs(16, [model]);
  expect(none.jobs).toEqual([]);
  expect(none.slotMs).toBeGreaterThan(50_000);
});

test("a job that may not go out is taken without a slot, and the next one gets it", async () => {
  const queue = await openQueue();
  const { takeJobs } = await openDispatch(queue, { perMinute: 1 });
  await queue.add(normal, "cancelled", "wanted");
  await queue.redis.set(queue.redisKeys.cancelled("cancelled"), "1");
  const { jobs } = await takeJobs(16, []);
  expect(idsOf(jobs)).toEqual(["cancelled", "wanted"]);
  expect(jobs.map(({ slot }) => slot?.kind)).toEqual(["cancelled", "granted"]);
});

test("nothing is taken off a paused queue, and everything when it goes on", async () => {
  const queue = await openQueue();
  const { takeJobs } = await openDispatch(queue);
  await queue.add(normal, "a");
  await queue.queue.pause();
  expect((await takeJobs(16, [])).jobs).toEqual([]);
  await queue.queue.resume();
  expect(idsOf((await takeJobs(16, [])).jobs)).toEqual(["a"]);
});

test("says when a delayed job is due, and takes it then", async () => {
  const queue = await openQueue();
  const { takeJobs } = await openDispatch(queue);
  await queue.add(normal, "a");
  const job = await queue.fetch();
  await job.moveToDelayed(Date.now() + 300, job.token);
  const { jobs, dueMs = 0 } = await takeJobs(16, []);
  expect(jobs).toEqual([]);
  expect(dueMs).toBeGreaterThan(0);
  expect(dueMs).toBeLessThan(1_000);
  await expect
    .poll(async () => idsOf((await takeJobs(16, [])).jobs), { timeout: 10_000 })
    .toEqual(["a"]);
});

test("a job of a pool that Redis has lost gets its slot all the same", async () => {
  const queue = await openQueue();
  const { takeJobs, keyPool } = await openDispatch(queue);
  await queue.add(normal, "a");
  const { redis, redisKeys } = queue;
  await redis.del(
    redisKeys.poolMembers(keyPool.id),
    redisKeys.poolIdle(keyPool.id),
    redisKeys.poolBusy(keyPool.id),
    redisKeys.poolRotation(keyPool.id),
  );
  const { jobs } = await takeJobs(16, []);
  expect(jobs.map(({ slot }) => slot?.kind)).toEqual(["granted"]);
});

test("a job whose reply was lost is found with its slot, which is given back; those in hand are not found", async () => {
  const queue = await openQueue();
  const { takeJobs, keyPool } = await openDispatch(queue, { perMinute: 2 });
  await queue.add(normal, "in hand", "lost");
  await takeJobs(2, []);
  const deps = { ...queue, keyPool };
  const found = await findLostJobs(deps, (jobId) => jobId === "in hand");
  expect(idsOf(found)).toEqual(["lost"]);
  const [lost] = found;
  if (lost?.slot?.kind !== "granted") throw new Error("No slot");
  await queue.add(normal, "next");
  expect((await takeJobs(2, [])).jobs).toEqual([]);
  expect(await keyPool.releaseIfLate(lost.slot)).toBe(true);
  expect(idsOf((await takeJobs(2, [])).jobs)).toEqual(["next"]);
  // Its lock is good: the job can be moved as if its reply had arrived.
  await returnJob(lost.job);
  expect(await findLostJobs(deps, () => false)).toHaveLength(2);
});
