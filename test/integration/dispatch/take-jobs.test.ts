import { findLostJobs } from "@openrouter-free-pool/shared/dispatch/find-lost-jobs";
import { returnJob } from "@openrouter-free-pool/shared/queue/held-job";
import { priorities } from "@openrouter-free-pool/shared/queue/priorities";
import { expect, test } from "vitest";
import { openDispatch } from "../../support/dispatch/open-dispatch.ts";
import { openQueue } from "../../support/redis/bullmq-queue.ts";

const { high, normal } = priorities;
const idsOf = (jobs: readonly { job: { id?: string | undefined } }[]) =>
  jobs.map(({ job }) => job.id);

test("as many jobs are taken as there are slots, and the line stays as it is", async () => {
  const queue = await openQueue();
  const { takeJobs } = await openDispatch(queue, { perMinute: 2 });
  await queue.add(normal, "a", "b", "c", "d");
  await queue.add(high, "urgent");
  const { jobs, waiting, slotMs } = await takeJobs(16);
  expect(idsOf(jobs)).toEqual(["urgent", "a"]);
  expect(jobs.map(({ slot }) => slot?.kind)).toEqual(["granted", "granted"]);
  expect(waiting).toBe(3);
  expect(slotMs).toBeGreaterThan(50_000);
  expect(await queue.inLine()).toEqual(["b", "c", "d"]);
  expect((await takeJobs(16)).jobs).toEqual([]);
  expect(await queue.inLine()).toEqual(["b", "c", "d"]);
});

test("a job that was called before keeps its place, and an account that refuses its model is passed over", async () => {
  const queue = await openQueue();
  const { takeJobs, keyPool } = await openDispatch(queue, { perMinute: 1 });
  await queue.add(normal, "called before", "plain");
  const first = await queue.fetch();
  const [account = ""] = keyPool.keys.map((key) => key.account);
  await first.updateProgress({ calls: 1, failures: 1, refusedBy: ["other"] });
  await returnJob(first);
  const { jobs, waiting, slotMs } = await takeJobs(16);
  expect(idsOf(jobs)).toEqual(["called before"]);
  expect(jobs[0]?.slot?.kind).toBe("granted");
  expect(jobs[0]?.job.progress).toMatchObject({ calls: 1, failures: 1 });
  expect(waiting).toBe(1);
  expect(slotMs).toBeGreaterThan(50_000);

  const refusals = { [first.data.model]: [account] };
  const none = await takeJobs(16, { refusals });
  expect(none.jobs).toEqual([]);
  expect(none.slotMs).toBeGreaterThan(50_000);
});

test("a job whose request is not known is the last one that is taken, and waits for a slot like others", async () => {
  const queue = await openQueue();
  const { takeJobs } = await openDispatch(queue, { perMinute: 2 });
  await queue.add(normal, "plain", "of an older gateway", "next");
  await queue.redis.hdel(queue.keys.job("of an older gateway"), "request");
  const { jobs } = await takeJobs(16);
  expect(idsOf(jobs)).toEqual(["plain", "of an older gateway"]);
  expect(jobs.map(({ slot }) => slot?.kind)).toEqual(["granted", undefined]);
  expect(idsOf((await takeJobs(16)).jobs)).toEqual(["next"]);
  await queue.add(normal, "too late");
  await queue.redis.hdel(queue.keys.job("too late"), "request");
  expect((await takeJobs(16)).jobs).toEqual([]);
  expect(await queue.inLine()).toEqual(["too late"]);
});

test("no more jobs are in hand than an operator allows", async () => {
  const queue = await openQueue();
  const { takeJobs } = await openDispatch(queue);
  await queue.add(normal, "a", "b", "c");
  await queue.queue.setGlobalConcurrency(2);
  expect(idsOf((await takeJobs(16)).jobs)).toEqual(["a", "b"]);
  expect((await takeJobs(16)).jobs).toEqual([]);
});

test("a request that Redis cannot read holds up nobody", async () => {
  const queue = await openQueue();
  const { takeJobs } = await openDispatch(queue);
  await queue.add(normal, "a", "broken", "c");
  const broken = { request: '{"models":["\\ud800"]}', progress: "{" };
  await queue.redis.hset(queue.keys.job("broken"), broken);
  expect(idsOf((await takeJobs(16)).jobs)).toEqual(["a"]);
  expect(idsOf((await takeJobs(16)).jobs)).toEqual(["c"]);
});

test("a job that may not go out is taken without a slot, and the next one gets it", async () => {
  const queue = await openQueue();
  const { takeJobs } = await openDispatch(queue, { perMinute: 1 });
  await queue.add(normal, "cancelled", "wanted");
  await queue.redis.set(queue.redisKeys.cancelled("cancelled"), "1");
  const { jobs } = await takeJobs(16);
  expect(idsOf(jobs)).toEqual(["cancelled", "wanted"]);
  expect(jobs.map(({ slot }) => slot?.kind)).toEqual(["cancelled", "granted"]);
});

test("nothing is taken off a paused queue, and everything when it goes on", async () => {
  const queue = await openQueue();
  const { takeJobs } = await openDispatch(queue);
  await queue.add(normal, "a");
  await queue.queue.pause();
  expect((await takeJobs(16)).jobs).toEqual([]);
  await queue.queue.resume();
  expect(idsOf((await takeJobs(16)).jobs)).toEqual(["a"]);
});

test("says when a delayed job is due, and takes it then", async () => {
  const queue = await openQueue();
  const { takeJobs } = await openDispatch(queue);
  await queue.add(normal, "a");
  const job = await queue.fetch();
  await job.moveToDelayed(Date.now() + 2_000, job.token);
  const { jobs, dueMs = 0 } = await takeJobs(16);
  expect(jobs).toEqual([]);
  expect(dueMs).toBeGreaterThan(0);
  expect(dueMs).toBeLessThan(2_500);
  await expect
    .poll(async () => idsOf((await takeJobs(16)).jobs), { timeout: 60_000 })
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
  const { jobs } = await takeJobs(16);
  expect(jobs.map(({ slot }) => slot?.kind)).toEqual(["granted"]);
});

test("a job whose reply was lost is found with its slot, which is given back; those in hand are not found", async () => {
  const queue = await openQueue();
  const { takeJobs, keyPool } = await openDispatch(queue, { perMinute: 2 });
  await queue.add(normal, "in hand", "lost");
  await takeJobs(2);
  const deps = { ...queue, keyPool };
  const known = {
    hasInHand: (jobId: string) => jobId === "in hand",
    hasStarted: () => false,
  };
  const found = await findLostJobs(deps, known);
  expect(idsOf(found)).toEqual(["lost"]);
  const [lost] = found;
  if (lost?.slot?.kind !== "granted") throw new Error("No slot");
  await queue.add(normal, "next");
  expect((await takeJobs(2)).jobs).toEqual([]);
  expect(await keyPool.releaseIfLate(lost.slot)).toBe(true);
  expect(idsOf((await takeJobs(2)).jobs)).toEqual(["next"]);
  // Its lock is good: the job can be moved as if its reply had arrived.
  await returnJob(lost.job);
  // What was worked on is found, too; its slot may have been used.
  const left = await findLostJobs(deps, {
    hasInHand: () => false,
    hasStarted: ({ id }) => id === "in hand",
  });
  expect(left.map(({ job, slot }) => [job.id, slot?.kind])).toEqual([
    ["next", "granted"],
    ["in hand", undefined],
  ]);
});
