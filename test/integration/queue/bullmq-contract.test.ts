import { createRequire } from "node:module";
import { readPlace } from "@openrouter-free-pool/shared/queue/find-jobs";
import {
  delayJob,
  returnJob,
} from "@openrouter-free-pool/shared/queue/held-job";
import { createJobLocks } from "@openrouter-free-pool/shared/queue/job-locks";
import { moveToFront } from "@openrouter-free-pool/shared/queue/move-to-front";
import {
  priorities,
  scoreRange,
} from "@openrouter-free-pool/shared/queue/priorities";
import { promoteDelayed } from "@openrouter-free-pool/shared/queue/promote-delayed";
import { removeJob } from "@openrouter-free-pool/shared/queue/remove-jobs";
import { sendReply } from "@openrouter-free-pool/shared/replies/send-reply";
import { expect, test } from "vitest";
import { bullmqVersion } from "../../../libs/shared/src/queue/bullmq/version.ts";
import { openQueue } from "../../support/redis/bullmq-queue.ts";

/*
 * What we rely on of BullMQ's data. Whoever upgrades BullMQ and sees one of these fail
 * finds what to change in libs/shared/src/queue/bullmq.
 */

const require = createRequire(import.meta.url);
const { high, normal, low } = priorities;
const scorePerPriority = 2 ** 32;

test("the version is the one that is pinned", () => {
  expect(require("bullmq/package.json").version).toBe(bullmqVersion);
  const { dependencies } = require("../../../libs/shared/package.json");
  expect(dependencies.bullmq).toBe(bullmqVersion);
});

test("keys have the names that we know", async () => {
  const { queue, worker, keys, add, fetch, redis } = await openQueue();
  const { job: _job, lock: _lock, jobPrefix, ...known } = keys;
  const { active, prioritized, marker } = known;
  expect(queue.keys).toMatchObject(known);
  expect(worker.keys).toMatchObject(known);
  expect(queue.toKey("a")).toBe(keys.job("a"));
  expect(queue.toKey("")).toBe(jobPrefix);

  await add(normal, "a", "b");
  await fetch();
  const inUse = [active, prioritized, marker, keys.job("a"), keys.lock("a")];
  expect(await redis.exists(...inUse)).toBe(inUse.length);
});

test("a waiting job has the score priority * 2^32 + counter, and leaves the marker 0", async () => {
  const { redis, redisKeys, keys, add } = await openQueue();
  await add(low, "late", "later");
  await add(high, "urgent");
  expect(await redis.zrange(keys.prioritized, "0", "-1", "WITHSCORES")).toEqual(
    [
      ...["urgent", String(high * scorePerPriority + 3)],
      ...["late", String(low * scorePerPriority + 1)],
      ...["later", String(low * scorePerPriority + 2)],
    ],
  );
  expect(await redis.zrange(keys.marker, "0", "-1", "WITHSCORES")).toEqual([
    "0",
    "0",
  ]);
  expect(await redis.zcount(keys.prioritized, ...scoreRange("low"))).toBe(2);
  expect(await readPlace(redis, redisKeys, "later")).toBe(3);
});

test("a job that is taken is on the active list, under a lock that holds the worker's token", async () => {
  const { redis, keys, worker, add, fetch } = await openQueue();
  await add(normal, "a");
  const job = await fetch();
  const { token = "" } = job;
  expect(job.token).toBe(token);
  expect(worker.isOwnToken(token)).toBe(true);
  expect(await redis.get(keys.lock("a"))).toBe(token);
  expect(await redis.lrange(keys.active, "0", "-1")).toEqual(["a"]);
  expect(await redis.zcard(keys.prioritized)).toBe(0);
  expect(await redis.zrange(keys.marker, "0", "-1")).toEqual(["0"]);
});

test("one command renews the locks in hand, and an abort tells its reason", async () => {
  const { redis, keys, worker, add, fetch } = await openQueue();
  await add(normal, "a");
  const { token = "" } = await fetch();
  const locks = createJobLocks(worker);
  const signal = locks.take({ id: "a", token });
  await redis.pexpire(keys.lock("a"), 1_000);
  expect(await worker.extendJobLocks(["a"], [token], 15_000)).toEqual([]);
  expect(await redis.pttl(keys.lock("a"))).toBeGreaterThan(1_000);
  locks.abort("a", "client gone");
  expect(signal).toMatchObject({ aborted: true, reason: "client gone" });
  await locks.close();
});

test("a job's hash has data and progress as JSON, and its times", async () => {
  const { redis, keys, add, fetch } = await openQueue();
  await add(normal, "a");
  const job = await fetch();
  await job.updateProgress({ calls: 1, failures: 0 });
  const hash = await redis.hgetall(keys.job("a"));
  expect(JSON.parse(hash.data ?? "")).toEqual(job.data);
  expect(JSON.parse(hash.progress ?? "")).toEqual({ calls: 1, failures: 0 });
  expect(Number(hash.processedOn)).toBe(job.processedOn);
  expect(Number(hash.timestamp)).toBe(job.timestamp);
  expect(hash.finishedOn).toBeUndefined();

  job.opts.removeOnComplete = false;
  await job.moveToCompleted(undefined, job.token ?? "", false);
  expect(await redis.hget(keys.job("a"), "finishedOn")).toMatch(/^\d{13}$/);
});

test("BullMQ reads the data and progress that we write to the hash", async () => {
  const { redis, redisKeys, queue, add } = await openQueue();
  await add(normal, "a");
  const finished = { model: "x", ending: { status: 200 } };
  const progress = { calls: 3, failures: 1, hasBegun: true };
  await sendReply(
    redis,
    redisKeys,
    { gatewayId: "gateway", jobId: "a" },
    { kind: "failure", code: "removed", queueMs: 0, upstreamMs: 0, calls: 0 },
    { progress, finished: finished as never },
  );
  const job = await queue.getJob("a");
  expect(job?.data).toEqual(finished);
  expect(job?.progress).toEqual(progress);
});

test("a job that is put back is the first of its priority again", async () => {
  const { redis, keys, add, fetch, inLine } = await openQueue();
  await add(normal, "a", "b", "c");
  await add(low, "d");
  const job = await fetch();
  await returnJob(job);
  expect(await redis.zscore(keys.prioritized, "a")).toBe(
    String(normal * scorePerPriority),
  );
  expect(await inLine()).toEqual(["a", "b", "c", "d"]);
  expect(await redis.exists(keys.lock("a"), keys.active)).toBe(0);
});

test("a delayed job is known by the end of its delay, and promoted it comes before those who had no turn", async () => {
  const { redis, keys, queue, add, fetch, inLine } = await openQueue();
  await add(normal, "a", "b");
  const job = await fetch();
  const from = Date.now() + 60_000;
  await delayJob(job, 60_000);
  const until = Date.now() + 60_000;
  const endsAt = Number(await redis.zscore(keys.delayed, "a")) / 4096;
  // In Redis's time, which is known as exactly as an answer travels.
  expect(endsAt).toBeGreaterThanOrEqual(from - 2_000);
  expect(endsAt).toBeLessThan(until + 2_000);
  expect(await redis.exists(keys.lock("a"), keys.active)).toBe(0);

  await promoteDelayed(queue, job.data.model);
  expect(await redis.exists(keys.delayed)).toBe(0);
  expect(await inLine()).toEqual(["a", "b"]);
});

test("a promoted job goes to the end of its priority, and so does one that comes due", async () => {
  const { queue, add, inLine, fetch } = await openQueue();
  await add(normal, "a", "b", "c");
  await add(low, "d");
  const first = await fetch();
  await first.moveToDelayed(Date.now() + 60_000, first.token);
  await promoteDelayed(queue, first.data.model);
  expect(await inLine()).toEqual(["b", "c", "a", "d"]);

  const second = await fetch();
  await second.moveToDelayed(Date.now() - 1, second.token);
  expect((await fetch()).id).toBe("c");
  expect(await inLine()).toEqual(["a", "b", "d"]);
});

test("nothing has a lower score than a job that was moved to the very front", async () => {
  const { redis, redisKeys, add, fetch, inLine } = await openQueue();
  await add(1, "returning");
  await add(low, "a", "b");
  expect(await moveToFront(redis, redisKeys, "low")).toBe(true);
  expect(await inLine()).toEqual(["a", "returning", "b"]);
  expect(await fetch()).toMatchObject({ id: "a", priority: low });
});

test("a job that a worker holds cannot be removed; a waiting one can", async () => {
  const { redis, keys, queue, add, fetch } = await openQueue();
  await add(normal, "held", "waiting");
  await fetch();
  expect(await removeJob(queue, "held")).toBe(false);
  expect(await removeJob(queue, "waiting")).toBe(true);
  expect(await removeJob(queue, "nothing")).toBe(true);
  expect(await redis.exists(keys.job("waiting"))).toBe(0);
  expect(await redis.exists(keys.job("held"))).toBe(1);
});

test("moving a job throws when the job is another worker's by now", async () => {
  const { redis, keys, add, fetch } = await openQueue();
  await add(normal, "a");
  const job = await fetch();
  await redis.set(keys.lock("a"), "another worker's");
  await expect(returnJob(job)).rejects.toThrow();
  await expect(delayJob(job, 1_000)).rejects.toThrow();
});
