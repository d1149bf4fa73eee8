import { returnJob } from "@openrouter-free-pool/shared/queue/held-job";
import { priorities } from "@openrouter-free-pool/shared/queue/priorities";
import {
  countHeld,
  countJobs,
} from "@openrouter-free-pool/shared/queue/queue-depth";
import { removeJob } from "@openrouter-free-pool/shared/queue/remove-jobs";
import { expect, test } from "vitest";
import { openBudgets } from "../../support/dispatch/open-budgets.ts";
import { until } from "../../support/until.ts";

const ids = (jobs: readonly { id?: string | undefined }[]) =>
  jobs.map(({ id }) => id ?? "");

test("a client over its minute waits, the others go on, and no window holds more of its calls than it may make", async () => {
  const windowMs = 400;
  const { limit, add, take, finish } = await openBudgets({ windowMs });
  const a = await limit("a", { perMinute: 3 });
  const mine = await add(a, 10);
  const others = await add("b", 30);
  const calls: { id: string; at: number }[] = [];
  await until("all were called", async () => {
    for (const job of await take()) {
      calls.push({ id: job.id ?? "", at: job.processedOn ?? 0 });
      await finish(job);
    }
    return calls.length === 40;
  });
  const ofA = calls.filter(({ id }) => id.startsWith(a));
  expect(ofA.map(({ id }) => id)).toEqual(mine);
  for (const [index, { at }] of ofA.entries()) {
    const fourth = ofA[index + 3];
    if (fourth) expect(fourth.at - at).toBeGreaterThanOrEqual(windowMs);
  }
  const before = ids(calls).indexOf(mine[3] ?? "");
  expect(ids(calls).slice(0, before)).toEqual(expect.arrayContaining(others));
});

test("a spent day holds requests, and a raised limit frees them at once", async () => {
  const { queue, limit, add, take } = await openBudgets();
  const a = await limit("a", { perDay: 2 });
  await add(a, 6);
  expect(await take()).toHaveLength(2);
  expect(await take()).toHaveLength(0);
  const { redis, redisKeys } = queue;
  expect(await countHeld(redis, redisKeys)).toBe(4);
  expect(await countJobs(queue.queue)).toMatchObject({ waiting: 4 });
  await limit("a", { perDay: 5 });
  expect(await redis.zcard(queue.keys.marker)).toBe(1);
  expect(await take()).toHaveLength(3);
  await limit("a", {});
  expect(await take()).toHaveLength(1);
  expect(await redis.exists(redisKeys.clientsDue)).toBe(0);
});

test("a day's calls are new on the next day", async () => {
  const { limit, add, take } = await openBudgets({
    windowMs: 100,
    dayMs: 1_500,
  });
  const a = await limit("a", { perDay: 2 });
  await add(a, 4);
  const days: number[] = [];
  await until("all were called", async () => {
    for (const { processedOn = 0 } of await take()) {
      days.push(Math.floor(processedOn / 1_500));
    }
    return days.length === 4;
  });
  for (const day of days) {
    expect(days.filter((each) => each === day).length).toBeLessThanOrEqual(2);
  }
});

test("a lowered limit holds what stands in line already", async () => {
  const { limit, add, take } = await openBudgets();
  const a = await limit("a", {});
  const jobs = await add(a, 20);
  await add("b", 3);
  await limit("a", { perDay: 4 });
  const taken = await take(8);
  taken.push(...(await take()), ...(await take()));
  expect(ids(taken).filter((id) => id.startsWith(a))).toEqual(jobs.slice(0, 4));
  expect(ids(taken).filter((id) => id.startsWith("b"))).toHaveLength(3);
  await limit("a", {});
  expect(ids([...(await take()), ...(await take())])).toEqual(jobs.slice(4));
});

test("a request that is called off makes room", async () => {
  const { queue, limit, add, take } = await openBudgets();
  const a = await limit("a", { perDay: 2 });
  const [, second = "", third] = await add(a, 3);
  expect(await take(1)).toHaveLength(1);
  expect(await removeJob(queue.queue, second)).toBe(true);
  const taken = await until("the third goes out", async () => {
    const jobs = await take();
    return jobs.length > 0 && jobs;
  });
  expect(ids(taken)).toEqual([third]);
});

test("one that is called off while it waits for the budget is forgotten", async () => {
  const { queue, limit, add, take } = await openBudgets();
  const a = await limit("a", { perDay: 1 });
  const [, second = "", third] = await add(a, 3);
  expect(await take()).toHaveLength(1);
  await removeJob(queue.queue, second);
  await limit("a", { perDay: 3 });
  expect(ids(await take())).toEqual([third]);
});

test("calls that are repeated count, and those that were surely not sent do not", async () => {
  const { limit, add, take, keyPool, takeJobs } = await openBudgets();
  const a = await limit("a", { perDay: 3 });
  await add(a, 4);
  const [taken] = (await takeJobs(1)).jobs;
  if (taken?.slot?.kind !== "granted") throw new Error("No slot");
  const again = { jobId: taken.job.id ?? "", gatewayId: "gateway", client: a };
  const second = await keyPool.acquire({ ...again, models: ["m"] });
  expect(second.kind).toBe("granted");
  if (second.kind === "granted") await keyPool.release(second);
  await keyPool.acquire({ ...again, models: ["m"] });
  expect(await take()).toHaveLength(1);
  expect(await keyPool.acquire({ ...again, models: ["m"] })).toEqual({
    kind: "client-over",
  });
  // It waits in front of those that have not had a turn.
  await returnJob(taken.job);
  expect(await take()).toHaveLength(0);
  await limit("a", { perDay: 4 });
  expect(ids(await take())).toEqual([taken.job.id]);
});

test("the more urgent requests of a client take its budget first", async () => {
  const { limit, add, take } = await openBudgets();
  const a = await limit("a", { perDay: 3 });
  await add(a, 5, { priority: priorities.low });
  await take(1);
  const urgent = await add(a, 2, { priority: priorities.high });
  expect(ids(await take())).toEqual(urgent);
});

test("so many calls at a time, until one ends or its worker is lost", async () => {
  const { queue, limit, add, take, finish } = await openBudgets();
  const a = await limit("a", { maxInFlight: 2 });
  await add(a, 5);
  const [first, second] = await take();
  if (!first || !second) throw new Error("Two may be in flight");
  expect(await take()).toHaveLength(0);
  await finish(first);
  expect(await queue.redis.zcard(queue.keys.marker)).toBe(1);
  expect(await take()).toHaveLength(1);
  // A worker that is lost renews no locks.
  await queue.redis.del(queue.keys.lock(second.id ?? ""));
  const freed = await until("the lost one makes room", async () => {
    const jobs = await take();
    return jobs.length > 0 && jobs;
  });
  expect(freed).toHaveLength(1);
});

test("without a budget nothing waits outside the line", async () => {
  const { queue, limit, add, take } = await openBudgets();
  const a = await limit("a", { weight: 2, maxQueued: 100 });
  await add(a, 5);
  await add("b", 5);
  expect(await queue.redis.zcard(queue.keys.delayed)).toBe(0);
  expect(await take()).toHaveLength(10);
});
