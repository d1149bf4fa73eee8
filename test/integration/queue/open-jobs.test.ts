import { delayJob } from "@openrouter-free-pool/shared/queue/held-job";
import {
  countOpenJobs,
  listOpenJobs,
  type OpenState,
} from "@openrouter-free-pool/shared/queue/open-jobs/list-open-jobs";
import { expect, test } from "vitest";
import { openQueue } from "../../support/redis/bullmq-queue.ts";

test("open jobs are listed state by state, with their places in line and without their bodies", async () => {
  const { redis, redisKeys, add, fetch, queue } = await openQueue();
  const list = (state: OpenState, offset = 0, count = 50) =>
    listOpenJobs(redis, redisKeys, { state, offset, count });
  await add(20, "first", "second", "third", "fourth", "fifth");
  const called = await fetch();
  await delayJob(await fetch(), 60_000);
  expect(called.id).toBe("first");
  expect(await countOpenJobs(redis, redisKeys)).toEqual({
    calling: 1,
    delayed: 1,
    waiting: 3,
  });
  const waiting = await list("waiting");
  expect(waiting).toMatchObject([
    { jobId: "third", place: 1, state: "waiting" },
    { jobId: "fourth", place: 2 },
    { jobId: "fifth", place: 3 },
  ]);
  expect(waiting[0]?.models).toHaveLength(1);
  expect(JSON.stringify(waiting)).not.toMatch(/messages|body/);
  expect(await list("waiting", 1, 1)).toMatchObject([
    { jobId: "fourth", place: 2 },
  ]);
  expect(await list("calling")).toMatchObject([
    { jobId: "first", place: undefined, takenAt: expect.any(Number) },
  ]);
  const [delayed] = await list("delayed");
  expect(delayed?.jobId).toBe("second");
  expect((delayed?.dueAt ?? 0) - Date.now()).toBeGreaterThan(50_000);

  // A job of a lost worker goes before all others.
  await redis.rpush(`${redisKeys.root}:completions:wait`, "second");
  expect(await list("waiting", 0, 2)).toMatchObject([
    { jobId: "second", place: 1 },
    { jobId: "third", place: 2 },
  ]);
  expect(await list("waiting", 1, 2)).toMatchObject([
    { jobId: "third", place: 2 },
    { jobId: "fourth", place: 3 },
  ]);
  expect(await list("waiting", 50, 50)).toEqual([]);
  await queue.remove("third");
  expect(await list("waiting", 1, 1)).toMatchObject([{ jobId: "fourth" }]);
});
