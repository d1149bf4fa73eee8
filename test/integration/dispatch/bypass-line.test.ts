import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { addToQueue } from "@openrouter-free-pool/shared/dispatch/add-to-queue";
import { findLostJobs } from "@openrouter-free-pool/shared/dispatch/find-lost-jobs";
import { priorities } from "@openrouter-free-pool/shared/queue/priorities";
import { Redis } from "ioredis";
import { expect, inject, onTestFinished, test } from "vitest";
import {
  openWorkers,
  throughTheLine,
} from "../../support/dispatch/open-workers.ts";
import { readPoolState } from "../../support/dispatch/read-pool-state.ts";
import type { openQueue } from "../../support/redis/bullmq-queue.ts";

type Queue = Awaited<ReturnType<typeof openQueue>>;

const clients = {
  none: undefined,
  "with a share": { weight: 5 },
  "with a budget": { perDay: 10, perMinute: 5, maxInFlight: 2 },
  "with a bound of open requests": { maxQueued: 3 },
};

async function addOne(queue: Queue, client: object | undefined): Promise<void> {
  const { redis, redisKeys, request } = queue;
  const own = client === undefined ? request : { ...request, client: "mine" };
  if (client) {
    const record = JSON.stringify({ weight: 1, ...client });
    await redis.hset(redisKeys.clients, "mine", record);
  }
  const job = {
    ...{ jobId: "a", request: own, priority: priorities.normal },
    ...{ timestamp: 1_700_000_000_000, counting: "bounded" as const },
  };
  expect(await addToQueue(redis, redisKeys, [job])).toEqual([true]);
}

test.for(Object.entries(clients))(
  "a lone job that bypasses the line leaves behind what one leaves that was put in line and taken: client %s",
  async ([, client]) => {
    const [direct, inLine] = await Promise.all(
      [{}, throughTheLine].map(async (refusals) => {
        const { queue, openWorker } = await openWorkers();
        const { leaveOrder, arrived } = await openWorker();
        expect((await leaveOrder(5, refusals)).renewMs).toBeGreaterThan(0);
        // Jobs that were called off in line have left this behind.
        await queue.redis.set(queue.keys.pc, 7);
        await queue.redis.hset(`${queue.redisKeys.sharesPrefix}20`, "now", 50);
        await queue.redis.zadd(queue.keys.marker, 0, "0");
        await addOne(queue, client);
        const [taken] = await arrived();
        const { slot, job } = taken ?? {};
        if (slot?.kind !== "granted") throw new Error("No slot");
        const { key, model, proof } = slot;
        return {
          left: await readPoolState(queue),
          taken: { key, model, proof, data: job?.data, id: job?.id },
          attempts: job?.attemptsStarted,
          // Only taking jobs from the line removes the marker.
          wasInLine: (await queue.redis.exists(queue.keys.marker)) === 0,
        };
      }),
    );
    expect([direct?.wasInLine, inLine?.wasInLine]).toEqual([false, true]);
    expect(Object.keys(direct?.left ?? {}).join(" ")).toContain(":a:lock");
    expect(direct?.left).toEqual(inLine?.left);
    expect(direct?.taken).toEqual(inLine?.taken);
    expect(direct?.attempts).toBe(inLine?.attempts);
  },
);

// Jobs of BullMQ's own `add` are not decided on in Redis: they are taken alone.
test("a job does not bypass the line while another one is in line: that one goes first", async () => {
  const { queue, openWorker } = await openWorkers();
  const { leaveOrder, arrived } = await openWorker();
  await leaveOrder(5);
  await queue.queue.add("completion", queue.request, {
    ...{ jobId: "first", priority: priorities.normal },
  });
  await queue.add(priorities.normal, "a");
  expect((await arrived()).map(({ job }) => job.id)).toEqual(["first"]);
  expect(await queue.inLine()).toEqual(["a"]);
});

test("a job does not bypass the line while another one is due: that one goes first", async () => {
  const { queue, openWorker } = await openWorkers();
  const { leaveOrder, arrived } = await openWorker();
  await leaveOrder(5);
  await queue.queue.add("completion", queue.request, {
    ...{ jobId: "due", priority: priorities.normal, delay: 1 },
  });
  await sleep(20);
  await queue.add(priorities.low, "a");
  expect((await arrived()).map(({ job }) => job.id)).toEqual(["due"]);
  expect(await queue.inLine()).toEqual(["a"]);
});

test("a job of a paused queue stays in line", async () => {
  const { queue, openWorker } = await openWorkers();
  const { leaveOrder, arrived } = await openWorker();
  await leaveOrder(5);
  await queue.queue.pause();
  await queue.add(priorities.normal, "a");
  expect(await arrived()).toEqual([]);
  expect(await queue.inLine()).toEqual(["a"]);
});

test("a job that was called off before it came takes no slot", async () => {
  const { queue, openWorker } = await openWorkers();
  const { leaveOrder, arrived } = await openWorker();
  await leaveOrder(5);
  await queue.redis.set(queue.redisKeys.cancelled("a"), "1");
  await queue.add(priorities.normal, "a");
  expect((await arrived()).map(({ slot }) => slot?.kind)).toEqual([
    "cancelled",
  ]);
});

test("a job whose model cools down is told so, in place of being called", async () => {
  const { queue, openWorker } = await openWorkers();
  const { leaveOrder, arrived } = await openWorker();
  await leaveOrder(5);
  const { model } = queue.request;
  await queue.redis.set(
    queue.redisKeys.modelCooldown(model),
    "1",
    "PX",
    60_000,
  );
  await queue.add(priorities.normal, "a");
  expect((await arrived()).map(({ slot }) => slot?.kind)).toEqual([
    "model-cooling",
  ]);
});

test("a job that cannot be pushed is not put in line as well: its worker finds it", async () => {
  const { queue, openWorker, keyPool } = await openWorkers();
  const { redis, redisKeys, request, worker, keys } = queue;
  const { leaveOrder } = await openWorker();
  await leaveOrder(5);
  // A user that may write to no channel: the script fails where it pushes the job.
  const username = randomUUID();
  const rules = ["on", ">secret", "~*", "+@all", "resetchannels"];
  await redis.call("ACL", "SETUSER", username, ...rules);
  const mute = new Redis(inject("redisUrl"), { username, password: "secret" });
  onTestFinished(async () => {
    mute.disconnect();
    await redis.call("ACL", "DELUSER", username);
  });
  const timestamp = Date.now();
  const job = { jobId: "a", request, priority: priorities.normal, timestamp };
  expect(await addToQueue(mute, redisKeys, [job])).toEqual([true]);
  expect(await queue.inLine()).toEqual([]);
  expect(await redis.lrange(keys.active, 0, -1)).toEqual(["a"]);
  const lost = await findLostJobs(
    { worker, keyPool, redis, redisKeys },
    { hasInHand: () => false, hasStarted: () => false },
  );
  expect(lost.map(({ slot }) => slot?.kind)).toEqual(["granted"]);
});
