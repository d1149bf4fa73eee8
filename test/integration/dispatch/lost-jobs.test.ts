import { setTimeout as sleep } from "node:timers/promises";
import { priorities } from "@openrouter-free-pool/shared/queue/priorities";
import { expect, inject, onTestFinished, test } from "vitest";
import { openFetching } from "../../support/dispatch/open-fetching.ts";
import { startFaultyLine } from "../../support/network/faulty-line.ts";

const { normal } = priorities;
const soon = { timeout: 10_000, interval: 5 };
type Worker = Awaited<ReturnType<typeof openFetching>>;

/** A worker whose listening connection may die without notice. */
async function openDeafWorker(
  options: Omit<Parameters<typeof openFetching>[0], "subscriberUrl">,
) {
  const line = await startFaultyLine(Number(new URL(inject("redisUrl")).port));
  onTestFinished(() => line.stop());
  const subscriberUrl = `redis://127.0.0.1:${line.port}`;
  const worker = await openFetching({ ...options, subscriberUrl });
  return {
    worker,
    /** What is sent to the worker while `act` runs never arrives. New connections are well. */
    async deafen(act: () => Promise<void>): Promise<void> {
      line.follow(({ direction }) => (direction === "reply" ? "hold" : "pass"));
      await act();
      line.follow();
    },
  };
}

/** Gives the worker a job and ends it: a worker leaves orders only while it has something to do. */
async function warmUp(worker: Worker) {
  await startCalls(worker, "first");
  const { fetching, endCall, hasOrder } = worker;
  endCall("first");
  await expect.poll(() => fetching.inFlight, soon).toBe(0);
  await expect.poll(hasOrder, soon).toBe(true);
}

/** Adds a job, and waits until it was pushed to the worker. */
async function push({ queue }: Worker, jobId: string): Promise<void> {
  await expect
    .poll(async () => {
      await queue.add(normal, jobId);
      return queue.inLine();
    }, soon)
    .toEqual([]);
}

/** Starts the worker, and has these jobs called. */
async function startCalls(
  { queue, fetching, calls }: Worker,
  ...jobIds: string[]
): Promise<void> {
  fetching.start();
  await queue.add(normal, ...jobIds);
  await expect.poll(() => calls, soon).toEqual(jobIds);
}

/** A job that only its lock keeps from others comes back after 15 s by itself: that is not what is tested. */
const holdsOf = async ({ queue }: Worker, jobId: string) =>
  Number(await queue.redis.hget(queue.keys.job(jobId), "stc"));

test("a pushed job that is lost is called, though nothing else happens", async () => {
  const { worker, deafen } = await openDeafWorker({ concurrency: 10 });
  await warmUp(worker);
  await deafen(() => push(worker, "gone"));
  await expect.poll(() => worker.calls, soon).toEqual(["first", "gone"]);
  expect(await holdsOf(worker, "gone")).toBe(0);
  await worker.stop();
});

test("a pushed job that is lost goes back in line when its worker is full by then", async () => {
  const { worker, deafen } = await openDeafWorker({ concurrency: 1 });
  await warmUp(worker);
  await deafen(async () => {
    await worker.queue.add(normal, "gone");
    await worker.queue.add(normal, "long");
    await expect.poll(() => worker.calls, soon).toContain("long");
  });
  await expect.poll(() => worker.queue.inLine(), soon).toEqual(["gone"]);
  expect(await holdsOf(worker, "gone")).toBe(0);
  await worker.stop();
});

test("a pushed job that is lost with the last slot is found while its worker waits for the next slot", async () => {
  const { worker, deafen } = await openDeafWorker({
    concurrency: 10,
    limits: { perMinute: 2 },
  });
  await warmUp(worker);
  await deafen(async () => {
    await worker.queue.add(normal, "gone");
    await worker.queue.add(normal, "next");
    await sleep(50);
  });
  const isFound = async () =>
    worker.calls.includes("gone") ||
    (await worker.queue.inLine()).includes("gone");
  await expect.poll(isFound, soon).toBe(true);
  expect(await holdsOf(worker, "gone")).toBe(0);
  await worker.stop();
});

test("slots of lost jobs are given back once, also when their worker stops while it looks for them", async () => {
  const worker = await openFetching({ concurrency: 20 });
  const { queue, fetching, keyPool, redis, redisKeys } = worker;
  await queue.add(normal, ...Array.from({ length: 12 }, (_, i) => `lost-${i}`));
  // The reply is lost.
  const { jobs } = await worker.takeJobs(16);
  expect(jobs.length).toBe(12);
  for (let i = 0; i < 20; i += 1) {
    const request = { jobId: `other-${i}`, gatewayId: "gateway" };
    await keyPool.acquire({ ...request, models: ["test/model:free"] });
  }
  fetching.mayHaveLostJobs();
  fetching.start();
  await sleep(0);
  fetching.mayHaveLostJobs();
  await fetching.stop();
  const [minute = ""] = await redis.keys(`${redisKeys.accountPrefix}*:minute`);
  const account = minute.replace(/:minute$/, "");
  expect(await redis.hget(account, "dayUsed")).toBe("20");
  expect(await redis.llen(minute)).toBe(20);
  expect((await queue.inLine()).length).toBe(12);
  expect(worker.calls).toEqual([]);
});

test("a worker that was frozen does not call a job that another one has by then", async () => {
  const worker = await openFetching({ concurrency: 2 });
  const { queue, fetching, calls, redis } = worker;
  await queue.add(normal, "taken-over");
  const [taken] = (await worker.takeJobs(1)).jobs;
  if (!taken) throw new Error("no job was taken");
  const lock = queue.keys.lock("taken-over");
  await redis.set(lock, "another-worker:0", "PX", 10_000);
  await startCalls(worker, "next");
  // Its grant came too late: it asks again.
  fetching.deliver({ jobs: [{ ...taken, slot: undefined }], waiting: 0 });
  expect(fetching.inFlight).toBe(2);
  await expect
    .poll(() => calls.length === 2 || fetching.inFlight === 1, soon)
    .toBe(true);
  expect(calls).toEqual(["next"]);
  expect(await redis.get(lock)).toBe("another-worker:0");
  await worker.stop();
});

test("a job that is being put back is not taken for lost", async () => {
  const worker = await openFetching({ concurrency: 1, settlingMs: 300 });
  const { queue, fetching, calls, endCall } = worker;
  await startCalls(worker, "one");
  await queue.add(normal, "two");
  const { jobs } = await worker.takeJobs(1);
  // It comes by an order, and its worker is full.
  fetching.deliver({ jobs, waiting: 0 });
  endCall("one");
  await expect.poll(() => fetching.inFlight, soon).toBe(0);
  fetching.mayHaveLostJobs();
  await expect.poll(() => calls, soon).toEqual(["one", "two"]);
  await sleep(600);
  endCall("two");
  await expect.poll(() => fetching.inFlight, soon).toBe(0);
  expect(await queue.inLine()).toEqual([]);
  expect(calls).toEqual(["one", "two"]);
  await worker.stop();
});

test("a job that is called again before its putting back has ended is not taken for lost", async () => {
  const worker = await openFetching({ concurrency: 2, settlingMs: 300 });
  const { queue, fetching, calls, endCall } = worker;
  await startCalls(worker, "one", "two");
  await queue.add(normal, "three");
  const { jobs } = await worker.takeJobs(1);
  fetching.deliver({ jobs, waiting: 0 });
  await expect.poll(() => queue.inLine(), soon).toEqual(["three"]);
  endCall("one");
  await expect.poll(() => calls, soon).toEqual(["one", "two", "three"]);
  await sleep(400);
  endCall("two");
  await expect.poll(() => fetching.inFlight, soon).toBe(1);
  fetching.mayHaveLostJobs();
  await sleep(300);
  expect(calls).toEqual(["one", "two", "three"]);
  await worker.stop();
});

test("a job whose slot cannot be given back is not held for ever", async () => {
  const worker = await openFetching({ concurrency: 1 });
  const { queue, fetching, redis } = worker;
  await startCalls(worker, "one");
  await queue.add(normal, "two");
  const { jobs } = await worker.takeJobs(1);
  const [slot] = jobs.map((each) => each.slot);
  if (slot?.kind !== "granted") throw new Error("No slot");
  // The account's list of calls is something else.
  const minute = `${worker.redisKeys.accountPrefix}${slot.key.account}:minute`;
  await redis.set(minute, "broken");
  fetching.deliver({ jobs, waiting: 0 });
  await sleep(100);
  await redis.del(minute);
  const lock = queue.keys.lock("two");
  const lapses = { timeout: 20_000, interval: 50 };
  await expect.poll(() => redis.exists(lock), lapses).toBe(0);
  await worker.stop();
}, 30_000);

test("a worker that stops puts back what was pushed into a dead connection", async () => {
  const { worker, deafen } = await openDeafWorker({ concurrency: 10 });
  await warmUp(worker);
  await deafen(async () => {
    await push(worker, "gone");
    await worker.stop();
  });
  expect(await worker.queue.inLine()).toEqual(["gone"]);
  expect(worker.calls).toEqual(["first"]);
});

test("a lost job that is found late in the life of its lock keeps it", async () => {
  const worker = await openFetching({ concurrency: 5 });
  const { queue, fetching, calls, redis } = worker;
  await queue.add(normal, "lost");
  // The reply is lost, and Redis was away for 13 s.
  expect((await worker.takeJobs(1)).jobs.length).toBe(1);
  await redis.pexpire(queue.keys.lock("lost"), 2_000);
  fetching.mayHaveLostJobs();
  fetching.start();
  await expect.poll(() => calls, soon).toEqual(["lost"]);
  expect(await redis.pttl(queue.keys.lock("lost"))).toBeGreaterThan(2_000);
  await worker.stop();
});

test("a hold of a job that ends leaves the lock and the cancellation of the next one", async () => {
  const { locks, queue, redis } = await openFetching({ concurrency: 1 });
  const lock = queue.keys.lock("a");
  const [one, two] = ["t:1", "t:2"].map((token) => ({ id: "a", token }));
  if (!one || !two) throw new Error("Two holds");
  const first = locks.take(one);
  await redis.set(lock, "t:2", "PX", 10_000);
  const second = locks.take(two);
  locks.release(one);
  const isRenewed = async () => (await redis.pttl(lock)) > 10_000;
  await expect.poll(isRenewed, { timeout: 15_000, interval: 50 }).toBe(true);
  locks.abort("a", "gone");
  expect([first.aborted, second.aborted]).toEqual([false, true]);
}, 20_000);

test("a job that comes while lost ones are looked for is not called when its client goes meanwhile", async () => {
  const search = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  let isGated = false;
  const worker = await openFetching({
    concurrency: 5,
    beforeSearch: async () => {
      if (!isGated) return;
      begun.resolve();
      await search.promise;
    },
  });
  const { queue, fetching, calls, redis, redisKeys } = worker;
  await warmUp(worker);
  isGated = true;
  fetching.mayHaveLostJobs();
  // The worker may still be taking jobs: it looks for lost ones only after that.
  await begun.promise;
  await push(worker, "two");
  await redis.set(`${redisKeys.cancelledPrefix}two`, "1", "PX", 60_000);
  worker.locks.abort("two", "cancelled");
  search.resolve();
  const isGone = async () => (await redis.exists(queue.keys.job("two"))) === 0;
  await expect.poll(isGone, soon).toBe(true);
  expect(calls).toEqual(["first"]);
  await worker.stop();
});

test("a grant that cannot be read holds nobody up", async () => {
  const worker = await openFetching({ concurrency: 5 });
  const { queue, fetching, calls, redis } = worker;
  await queue.add(normal, "lost");
  expect((await worker.takeJobs(1)).jobs.length).toBe(1);
  await redis.hset(queue.keys.job("lost"), "grant", "{broken");
  fetching.mayHaveLostJobs();
  fetching.start();
  await queue.add(normal, "next");
  await expect.poll(() => calls.toSorted(), soon).toEqual(["lost", "next"]);
  await worker.stop();
});

test("a job that is put back wakes an idle worker", async () => {
  const worker = await openFetching({ concurrency: 1 });
  const { queue, settle, takeJobs } = worker;
  await queue.add(normal, "a");
  const [taken] = (await takeJobs(1)).jobs;
  if (!taken) throw new Error("Nothing was taken");
  expect(await queue.redis.zcard(queue.keys.marker)).toBe(0);
  await settle(taken.job, { kind: "put-back" });
  expect(await queue.inLine()).toEqual(["a"]);
  expect(await queue.redis.zcard(queue.keys.marker)).toBe(1);
  // Nobody takes it any more: the worker has not started.
  await worker.stop();
});
