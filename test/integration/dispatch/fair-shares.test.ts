import { addToQueue } from "@openrouter-free-pool/shared/dispatch/add-to-queue";
import { returnJob } from "@openrouter-free-pool/shared/queue/held-job";
import { moveToFront } from "@openrouter-free-pool/shared/queue/move-to-front";
import { priorities } from "@openrouter-free-pool/shared/queue/priorities";
import { removeJob } from "@openrouter-free-pool/shared/queue/remove-jobs";
import { expect, test } from "vitest";
import { dropJob } from "../../support/dispatch/drop-job.ts";
import { openDispatch } from "../../support/dispatch/open-dispatch.ts";
import { openQueue } from "../../support/redis/bullmq-queue.ts";

const { high, normal, low } = priorities;

async function openShares() {
  const queue = await openQueue();
  const { redis, redisKeys, request } = queue;
  const { takeJobs } = await openDispatch(queue, { perMinute: 100_000 });
  let number = 0;

  /** Puts so many requests of a client in line. @returns the ids of their jobs. */
  async function add(
    client: string | undefined,
    count: number,
    options: { weight?: number; priority?: number } = {},
  ): Promise<string[]> {
    const { weight = 1, priority = normal } = options;
    const owner = client === undefined ? {} : { client };
    const jobs = Array.from({ length: count }, () => ({
      jobId: `${client}-${number++}`,
      request: { ...request, ...owner },
      priority,
      timestamp: Date.now(),
      weight,
    }));
    for (let i = 0; i < jobs.length; i += 50) {
      await addToQueue(redis, redisKeys, jobs.slice(i, i + 50));
    }
    return jobs.map(({ jobId }) => jobId);
  }

  /** Takes so many jobs in several goes and ends them. @returns whose they were. */
  async function take(count: number, atATime = 7): Promise<string[]> {
    const clients: string[] = [];
    while (clients.length < count) {
      const most = Math.min(atATime, count - clients.length);
      const { jobs } = await takeJobs(most);
      if (jobs.length === 0) break;
      for (const { job } of jobs) {
        clients.push(job.data.client ?? "");
        await dropJob(queue, job);
      }
    }
    return clients;
  }
  return { queue, add, take, takeJobs };
}

const count = (clients: readonly string[], client: string) =>
  clients.filter((each) => each === client).length;

test("a client that comes with ten requests waits for at most ten of another's three hundred", async () => {
  const { add, take } = await openShares();
  await add("a", 300);
  expect(await take(50)).toHaveLength(50);
  await add("b", 10);
  const order = await take(260);
  expect(order.lastIndexOf("b")).toBeLessThan(20);
  expect(count(order, "b")).toBe(10);
});

test("slots go by weight: 3 against 1 over 400 calls is 300 against 100", async () => {
  const { add, take } = await openShares();
  await add("heavy", 400, { weight: 3 });
  await add("light", 400);
  const order = await take(400);
  expect(Math.abs(count(order, "heavy") - 300)).toBeLessThanOrEqual(1);
});

test("what a client does not use goes to the others, and is not owed later", async () => {
  const { add, take } = await openShares();
  await add("busy", 100);
  await add("idle", 1);
  await take(80);
  await add("idle", 50);
  const order = await take(40);
  expect(Math.abs(count(order, "idle") - 20)).toBeLessThanOrEqual(1);
});

test("one that sends one request after the other gets no more than its share", async () => {
  const { add, take } = await openShares();
  for (const client of ["b", "c", "d"]) await add(client, 60);
  const order: string[] = [];
  for (let i = 0; i < 100; i += 1) {
    await add("a", order.at(-1) === "a" || i === 0 ? 1 : 0);
    order.push(...(await take(1)));
  }
  expect(count(order, "a")).toBeLessThanOrEqual(26);
  expect(count(order, "a")).toBeGreaterThanOrEqual(23);
});

test("less urgent requests that are let before all others are turns of their clients, too", async () => {
  const { queue, add, take } = await openShares();
  await add("urgent", 100, { priority: high });
  await add("a", 40, { priority: low });
  const order: string[] = [];
  for (let i = 0; i < 40; i += 1) {
    if (order.at(-1) !== "a") await add("b", 1, { priority: low });
    await moveToFront(queue.redis, queue.redisKeys, "low");
    order.push(...(await take(1)));
  }
  expect(count(order, "a")).toBeGreaterThanOrEqual(19);
  expect(count(order, "a")).toBeLessThanOrEqual(21);
});

test("requests that are called off do not push a client's next ones back", async () => {
  const { queue, add, take } = await openShares();
  await add("a", 40);
  await add("b", 40);
  const calledOff = await add("b", 100);
  for (const jobId of calledOff) await removeJob(queue.queue, jobId);
  await add("b", 40);
  const order = await take(120);
  const half = order.slice(0, 80);
  expect(count(half, "b")).toBe(40);
  expect(count(order, "b")).toBe(80);
});

test("within a client the order of arrival stays, priorities come first, and a job that is put back keeps its place", async () => {
  const { add, takeJobs } = await openShares();
  const first = await add("a", 5);
  await add("b", 5);
  const [urgent = ""] = await add("b", 1, { priority: high });
  const { jobs } = await takeJobs(3);
  const ids = jobs.map(({ job }) => job.id);
  expect(ids[0]).toBe(urgent);
  for (const { job } of jobs.slice(1)) await returnJob(job);
  const rest = (await takeJobs(16)).jobs.map(({ job }) => job.id ?? "");
  expect(rest).toHaveLength(10);
  expect(rest.slice(0, 2).sort()).toEqual(ids.slice(1).sort());
  expect(rest.filter((id) => id.startsWith("a"))).toEqual(first);
});

test("requests without a client stand in the order of their arrival", async () => {
  const { add, takeJobs } = await openShares();
  const ids = [...(await add(undefined, 5)), ...(await add(undefined, 5))];
  const { jobs } = await takeJobs(16);
  expect(jobs.map(({ job }) => job.id)).toEqual(ids);
});

test("while others wait, a client of whom a worker has enough in hand is passed over; alone it is not", async () => {
  const { add, takeJobs } = await openShares();
  await add("a", 40);
  await add("b", 2);
  const full = { fullClients: ["a"] };
  const clientsOf = async () =>
    (await takeJobs(4, full)).jobs.map(({ job }) => job.data.client);
  expect(await clientsOf()).toEqual(["b", "b"]);
  expect(await clientsOf()).toEqual(["a", "a", "a", "a"]);
});
