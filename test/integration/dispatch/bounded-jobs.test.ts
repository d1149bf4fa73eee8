import { delayJob } from "@openrouter-free-pool/shared/queue/held-job";
import { priorities } from "@openrouter-free-pool/shared/queue/priorities";
import { createFinishJob } from "@openrouter-free-pool/shared/replies/finish-jobs";
import { expect, test } from "vitest";
import { dropJob } from "../../support/dispatch/drop-job.ts";
import { openDispatch } from "../../support/dispatch/open-dispatch.ts";
import { openQueue } from "../../support/redis/bullmq-queue.ts";

/** Takes the first of two jobs of a queue, while no worker is woken for the second one. */
async function takeFirst(mostInHand?: number) {
  const queue = await openQueue();
  const { redis, redisKeys, keys } = queue;
  const { takeJobs } = await openDispatch(queue);
  if (mostInHand) await queue.queue.setGlobalConcurrency(mostInHand);
  await queue.add(priorities.normal, "a", "b");
  const [first] = (await takeJobs(1)).jobs;
  if (!first) throw new Error("No job was taken");
  await redis.del(keys.marker);
  const finishJob = createFinishJob(redis, redisKeys);
  const { job } = first;
  return {
    takeJobs,
    leave: {
      finished: () => finishJob({ job, ending: { status: 200 } }),
      dropped: () => dropJob(queue, job),
      // BullMQ itself wakes a worker.
      delayed: () => delayJob(job, 60_000),
    },
    isWoken: () => redis.exists(keys.marker),
  };
}

test.for(["finished", "dropped", "delayed"] as const)(
  "where an operator bounds the jobs in hand, one that is %s wakes a worker for the next one",
  async (way) => {
    const { takeJobs, leave, isWoken } = await takeFirst(1);
    expect((await takeJobs(1)).jobs).toEqual([]);
    expect(await isWoken()).toBe(0);
    await leave[way]();
    expect(await isWoken()).toBe(1);
    expect((await takeJobs(1)).jobs).toMatchObject([{ job: { id: "b" } }]);
  },
);

test.for(["finished", "dropped"] as const)(
  "without a bound a job that is %s wakes nobody",
  async (way) => {
    const { leave, isWoken } = await takeFirst();
    await leave[way]();
    expect(await isWoken()).toBe(0);
  },
);
