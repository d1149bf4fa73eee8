import { setTimeout as sleep } from "node:timers/promises";
import type { TakenJob } from "@openrouter-free-pool/shared/dispatch/taken-job";
import { priorities } from "@openrouter-free-pool/shared/queue/priorities";
import { expect, inject, onTestFinished, test } from "vitest";
import { openWorkers } from "../../support/dispatch/open-workers.ts";
import { startFaultyLine } from "../../support/network/faulty-line.ts";

const { normal } = priorities;
const idsOf = (jobs: readonly TakenJob[]) => jobs.map(({ job }) => job.id);

test("a job reaches an idle worker that has left an order in the step that puts it in line, with a slot, and wakes nobody", async () => {
  const { queue, openWorker, isAnyoneWoken } = await openWorkers();
  const { leaveOrder, arrived } = await openWorker();
  const leftAt = performance.now();
  const { jobs, renewMs = 0 } = await leaveOrder(5);
  const leftUntil = performance.now();
  expect(jobs).toEqual([]);
  expect(renewMs).toBeGreaterThan(0);
  await queue.add(normal, "a");
  expect(await queue.inLine()).toEqual([]);
  expect(await isAnyoneWoken()).toBe(false);
  const [taken] = await arrived();
  expect(taken?.job.id).toBe("a");
  expect(taken?.job.data.model).toBe(queue.request.model);
  const { slot } = taken ?? {};
  if (slot?.kind !== "granted") throw new Error("No slot");
  // Its time is counted from when the order was left: nobody knows by the worker's clock when the grant was made.
  expect(slot.usableUntil).toBeGreaterThanOrEqual(leftAt + 500);
  const usableMs = (renewMs * 2 + 1) / 0.4;
  expect(slot.usableUntil).toBeLessThanOrEqual(leftUntil + usableMs);
  const lock = await queue.redis.get(queue.keys.lock("a"));
  expect(lock).toBe(taken?.job.token);
  expect(await queue.redis.lrange(queue.keys.active, 0, -1)).toEqual(["a"]);
});

test("an order serves as many jobs as its worker takes, then a worker is woken", async () => {
  const { queue, openWorker, isAnyoneWoken } = await openWorkers();
  const { leaveOrder, arrived } = await openWorker();
  await queue.add(normal, "before");
  const { jobs } = await leaveOrder(3);
  expect(idsOf(jobs)).toEqual(["before"]);
  await queue.add(normal, "a", "b", "c");
  const taken = await arrived();
  expect(idsOf(taken)).toEqual(["a", "b"]);
  const tokens = [...jobs, ...taken].map(({ job }) => job.token);
  expect(new Set(tokens).size).toBe(3);
  expect(await queue.inLine()).toEqual(["c"]);
  expect(await isAnyoneWoken()).toBe(true);
});

test("no order is left while jobs are in line, and one that stands ends when its worker takes jobs without leaving another", async () => {
  const { queue, openWorker } = await openWorkers();
  const { takeJobs, arrived } = await openWorker();
  await queue.add(normal, "a", "b");
  expect((await takeJobs(1, { mostByOrder: 5 })).renewMs).toBeUndefined();
  expect((await takeJobs(1, { mostByOrder: 5 })).renewMs).toBeGreaterThan(0);
  expect((await takeJobs(1)).renewMs).toBeUndefined();
  await queue.add(normal, "c");
  expect(await arrived()).toEqual([]);
  expect(await queue.inLine()).toEqual(["c"]);
});

test("an order ends when no slot is free, and the job stays in line", async () => {
  const { queue, openWorker, isAnyoneWoken } = await openWorkers({
    perMinute: 1,
  });
  const { leaveOrder, arrived } = await openWorker();
  const { renewMs } = await leaveOrder(5);
  expect(renewMs).toBeGreaterThan(0);
  await queue.add(normal, "a", "b");
  expect(idsOf(await arrived())).toEqual(["a"]);
  expect(await queue.inLine()).toEqual(["b"]);
  expect(await isAnyoneWoken()).toBe(true);
  expect((await leaveOrder(5)).slotMs).toBeGreaterThan(0);
});

test("an order ends with its time, and with its worker", async () => {
  const { queue, openWorker } = await openWorkers();
  const late = await openWorker();
  const { renewMs = 0 } = await late.takeJobs(16, { mostByOrder: 5 });
  await sleep(renewMs * 2 + 20);
  await queue.add(normal, "a");
  expect(await late.arrived()).toEqual([]);
  const [ended, alive] = [await openWorker(), await openWorker()];
  expect(idsOf((await ended.leaveOrder(5)).jobs)).toEqual(["a"]);
  await alive.leaveOrder(5);
  await ended.endOrders();
  await queue.add(normal, "b");
  expect(await ended.arrived()).toEqual([]);
  expect(idsOf(await alive.arrived())).toEqual(["b"]);
});

test("workers with orders are served in turns, four of them at most", async () => {
  const { queue, openWorker } = await openWorkers();
  const workers = [];
  for (let i = 0; i < 5; i += 1) workers.push(await openWorker());
  const stands: boolean[] = [];
  for (const { leaveOrder } of workers) {
    const { renewMs } = await leaveOrder(5);
    stands.push(renewMs !== undefined);
  }
  expect(stands).toEqual([true, true, true, true, false]);
  await queue.add(normal, "a", "b", "c", "d", "e");
  const taken = [];
  for (const { arrived } of workers) taken.push(idsOf(await arrived()));
  expect(taken).toEqual([["a", "e"], ["b"], ["c"], ["d"], []]);
});

test("a paused queue and an order of another version keep jobs in line", async () => {
  const { queue, openWorker } = await openWorkers();
  const { leaveOrder, arrived } = await openWorker();
  await leaveOrder(5);
  await queue.redis.hset(queue.keys.meta, "paused", "1");
  await queue.add(normal, "a");
  await queue.redis.hdel(queue.keys.meta, "paused");
  expect(await queue.inLine()).toEqual(["a"]);
  const [orders = ""] = await queue.redis.keys(
    `${queue.redisKeys.orders("")}*`,
  );
  await queue.redis.rename(orders, queue.redisKeys.orders("another"));
  await queue.add(normal, "b");
  expect(await queue.inLine()).toEqual(["a", "b"]);
  expect(await arrived()).toEqual([]);
});

test("jobs of a client with a budget come by an order as long as it has room", async () => {
  const { queue, openWorker } = await openWorkers();
  const { leaveOrder, arrived } = await openWorker();
  const record = JSON.stringify({ perMinute: 1 });
  await queue.redis.hset(queue.redisKeys.clients, "tight", record);
  await leaveOrder(5);
  await queue.addWith({ client: "tight" }, "a", "b");
  expect(idsOf(await arrived())).toEqual(["a"]);
  expect(await queue.inLine()).toEqual([]);
  expect(await queue.redis.zcard(queue.keys.delayed)).toBe(1);
});

test("jobs that are pushed into a dead connection are missed soon, and the connection is replaced", async () => {
  const line = await startFaultyLine(Number(new URL(inject("redisUrl")).port));
  onTestFinished(() => line.stop());
  const url = `redis://127.0.0.1:${line.port}`;
  const { queue, openWorker } = await openWorkers({}, url);
  const { takeJobs, leaveOrder, arrived, losses } = await openWorker();
  line.follow(({ direction }) => (direction === "reply" ? "hold" : "pass"));
  await leaveOrder(5);
  await queue.add(normal, "a");
  expect(await queue.inLine()).toEqual([]);
  // What the connection has held stays there; a new one is as it should be.
  line.follow();
  const before = losses();
  await takeJobs(16, { mostByOrder: 5 });
  await expect.poll(losses, { timeout: 30_000 }).toBeGreaterThan(before);
  let next = 0;
  await expect
    .poll(
      async () => {
        await leaveOrder(5);
        next += 1;
        await queue.add(normal, `next-${next}`);
        return idsOf(await arrived()).length;
      },
      { timeout: 30_000 },
    )
    .toBe(1);
});

test("nothing is missed as long as everything arrives", async () => {
  const { queue, openWorker } = await openWorkers();
  const { leaveOrder, arrived, losses } = await openWorker();
  const before = losses();
  for (let i = 0; i < 20; i += 1) {
    await leaveOrder(1);
    await queue.add(normal, `job-${i}`);
    expect(idsOf(await arrived())).toEqual([`job-${i}`]);
    await sleep(20);
  }
  await leaveOrder(1);
  expect(losses()).toBe(before);
});

test("a worker that ends while its connection is away takes no job any more", async () => {
  const { queue, subscriber, openWorker } = await openWorkers();
  const { leaveOrder, arrived, endOrders } = await openWorker();
  await leaveOrder(5);
  subscriber.disconnect(true);
  await endOrders();
  await queue.add(normal, "a");
  expect(await arrived()).toEqual([]);
  expect(await queue.inLine()).toEqual(["a"]);
});

test("a long body is not pushed: a worker is woken and fetches its job", async () => {
  const { queue, openWorker, isAnyoneWoken } = await openWorkers();
  const { leaveOrder, arrived } = await openWorker();
  await leaveOrder(5);
  await queue.addWith({ body: "x".repeat(70_000) }, "long");
  expect(await arrived()).toEqual([]);
  expect(await queue.inLine()).toEqual(["long"]);
  expect(await isAnyoneWoken()).toBe(true);
  // Nor behind a short one.
  await queue.add(normal, "short");
  expect(await arrived()).toEqual([]);
  expect(await queue.inLine()).toEqual(["long", "short"]);
});

test("several bodies are pushed together only up to a length", async () => {
  const { queue, openWorker, isAnyoneWoken } = await openWorkers();
  const { leaveOrder, arrived } = await openWorker();
  await leaveOrder(5);
  await queue.redis.hset(queue.keys.meta, "paused", "1");
  await queue.addWith({ body: "x".repeat(30_000) }, "a", "b", "c");
  await queue.redis.hdel(queue.keys.meta, "paused");
  await queue.add(normal, "d");
  expect(idsOf(await arrived())).toEqual(["a", "b"]);
  expect(await queue.inLine()).toEqual(["c", "d"]);
  expect(await isAnyoneWoken()).toBe(true);
});

test("nothing is missed when Redis forgets what it has pushed", async () => {
  const { queue, openWorker } = await openWorkers();
  const { workerId, takeJobs, leaveOrder, arrived, losses } =
    await openWorker();
  const before = losses();
  for (const id of ["a", "b", "c"]) {
    await leaveOrder(5);
    await queue.add(normal, id);
    expect(idsOf(await arrived())).toEqual([id]);
  }
  await queue.redis.del(queue.redisKeys.workerOrder(workerId));
  // The message may come before the reply: they come over different connections.
  const taking = takeJobs(16, { mostByOrder: 5 });
  await queue.add(normal, "d");
  await taking;
  expect(idsOf(await arrived())).toEqual(["d"]);
  await leaveOrder(5);
  await queue.add(normal, "e");
  expect(idsOf(await arrived())).toEqual(["e"]);
  await sleep(600);
  expect(losses()).toBe(before);
});
