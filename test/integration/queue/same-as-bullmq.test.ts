import { addToQueue } from "@openrouter-free-pool/shared/dispatch/add-to-queue";
import { completionJobName } from "@openrouter-free-pool/shared/queue/completion-job";
import { priorities } from "@openrouter-free-pool/shared/queue/priorities";
import { createFinishJob } from "@openrouter-free-pool/shared/replies/finish-jobs";
import { expect, test } from "vitest";
import { openDispatch } from "../../support/dispatch/open-dispatch.ts";
import { openQueue } from "../../support/redis/bullmq-queue.ts";

/*
 * Our scripts for the way of every request leave the queue as BullMQ's own scripts leave it.
 * What they spare: the stream of events, and what belongs to flows, repetitions and
 * deduplication, none of which is used. When one of these fails after an upgrade of BullMQ,
 * the scripts in libs/shared/src/queue/bullmq are to be changed.
 */

type Queue = Awaited<ReturnType<typeof openQueue>>;

/** Everything that BullMQ keeps of a queue, apart from its events and its number of the next job. */
async function readAll({ redis, redisKeys }: Queue) {
  const root = `${redisKeys.root}:completions:`;
  const all: Record<string, unknown> = {};
  for (const key of await redis.keys(`${root.replace(/[{}]/g, "\\$&")}*`)) {
    const name = key.slice(root.length);
    if (["events", "id", "meta", "stalled-check"].includes(name)) continue;
    all[name] = await readValue(redis, key);
  }
  return all;
}

async function readValue(redis: Queue["redis"], key: string) {
  switch (await redis.type(key)) {
    case "hash":
      return withoutTimes(await redis.hgetall(key));
    case "zset":
      return (await redis.zrange(key, "0", "-1")).sort();
    case "list":
      return redis.lrange(key, "0", "-1");
    case "set":
      return redis.smembers(key);
    default:
      return key.endsWith(":lock") ? "a token" : redis.get(key);
  }
}

/** Times differ from run to run; `request` and `grant` are ours. */
function withoutTimes({
  request: _r,
  grant: _g,
  ...hash
}: Record<string, string>) {
  const { processedOn, finishedOn, opts = "{}", ...rest } = hash;
  return {
    ...rest,
    opts: JSON.parse(opts),
    wasTaken: processedOn !== undefined,
    isFinished: finishedOn !== undefined,
  };
}

const timestamp = 1_700_000_000_000;
const keepFinished = { count: 2, ageSeconds: 86_400 };
const kept = { count: 2, age: 86_400 };

async function addOurs(
  { redis, redisKeys, request }: Queue,
  ...jobIds: string[]
) {
  const jobs = jobIds.map((jobId) => ({
    jobId,
    request,
    priority: priorities.normal,
    timestamp,
    keepFinished,
  }));
  await addToQueue(redis, redisKeys, jobs);
}

async function addTheirs({ queue, request }: Queue, ...jobIds: string[]) {
  for (const jobId of jobIds) {
    await queue.add(completionJobName, request, {
      jobId,
      priority: priorities.normal,
      timestamp,
      removeOnComplete: kept,
      removeOnFail: kept,
    });
  }
}

test("adding jobs", async () => {
  const [ours, theirs] = [await openQueue(), await openQueue()];
  await addOurs(ours, "a", "b", "c");
  await addTheirs(theirs, "a", "b", "c");
  expect(await readAll(ours)).toEqual(await readAll(theirs));
  // One that is there stays as it is.
  await addOurs(ours, "b", "d");
  await addTheirs(theirs, "b", "d");
  expect(await readAll(ours)).toEqual(await readAll(theirs));
  expect(await ours.inLine()).toEqual(["a", "b", "c", "d"]);
});

test("of a job that comes twice in one call the first stays", async () => {
  const { redis, redisKeys, keys, request, inLine } = await openQueue();
  const job = { jobId: "a", priority: priorities.normal, timestamp: 1 };
  await addToQueue(redis, redisKeys, [
    { ...job, request },
    { ...job, request: { ...request, model: "other" } },
  ]);
  const data = JSON.parse((await redis.hget(keys.job("a"), "data")) ?? "");
  expect(data.model).toBe(request.model);
  expect(await inLine()).toEqual(["a"]);
});

test("taking jobs that wait, that came due, and that were lost", async () => {
  const [ours, theirs] = [await openQueue(), await openQueue()];
  const { takeJobs } = await openDispatch(ours);
  for (const queue of [ours, theirs]) {
    await addTheirs(queue, "lost", "due", "a", "b");
    const lost = await queue.fetch();
    const delayed = await queue.fetch();
    await delayed.moveToDelayed(Date.now() - 10, delayed.token);
    await queue.redis.del(queue.keys.lock(String(lost.id)));
    for (let looks = 0; looks < 2; looks += 1) {
      await queue.worker.backend.moveStalledJobsToWait();
      await queue.redis.del(
        `${queue.redisKeys.root}:completions:stalled-check`,
      );
    }
  }
  const taken: (string | undefined)[] = [];
  for (let i = 0; i < 4; i += 1) taken.push((await theirs.fetch()).id);
  const oursTaken: (string | undefined)[] = [];
  for (let i = 0; i < 4; i += 1) {
    const { jobs } = await takeJobs(8);
    oursTaken.push(...jobs.map(({ job }) => job.id));
  }
  expect(oursTaken).toEqual(taken);
  // With nothing in line ours takes the word back that something is, and counts anew.
  const { marker: _, pc: __, ...after } = await readAll(ours);
  const { marker: ___, pc: ____, ...asBullMq } = await readAll(theirs);
  expect(after).toEqual(asBullMq);
});

test("finishing jobs, and keeping as many as is wished", async () => {
  const [ours, theirs] = [await openQueue(), await openQueue()];
  const finishJob = createFinishJob(ours.redis, ours.redisKeys);
  const ids = ["a", "b", "c", "refused", "d"];
  await addOurs(ours, ...ids);
  await addTheirs(theirs, ...ids);
  for (const id of ids) {
    const job = await ours.fetch();
    const status = id === "refused" ? 502 : 200;
    expect(await finishJob({ job, ending: { status, reason: "why" } })).toBe(
      true,
    );
    const their = await theirs.fetch();
    const failure = new Error("502 (why)");
    failure.stack = "";
    if (id === "refused") await their.moveToFailed(failure, their.token ?? "");
    else await their.moveToCompleted(undefined, their.token ?? "", false);
  }
  const [after, asBullMq] = [await readAll(ours), await readAll(theirs)];
  expect(Object.keys(after).sort()).toEqual(Object.keys(asBullMq).sort());
  expect(after).toMatchObject({ completed: ["c", "d"], failed: ["refused"] });
  for (const id of ["c", "d", "refused"]) {
    const job = await ours.queue.getJob(id);
    const their = await theirs.queue.getJob(id);
    const say = (each: typeof job) => ({
      ...each?.asJSON(),
      finishedOn: typeof each?.finishedOn,
      processedOn: typeof each?.processedOn,
      returnvalue: each?.returnvalue,
    });
    expect(say(job)).toEqual(say(their));
  }
});

test("a job that has become another worker's is left to it, and not called again", async () => {
  const queue = await openQueue();
  const finishJob = createFinishJob(queue.redis, queue.redisKeys);
  await addOurs(queue, "a");
  const job = await queue.fetch();
  await queue.redis.set(queue.keys.lock("a"), "another worker's");
  expect(await finishJob({ job, ending: { status: 200 } })).toBe(false);
  expect(await queue.redis.lrange(queue.keys.active, "0", "-1")).toEqual(["a"]);
  expect(await queue.redis.exists(queue.redisKeys.cancelled("a"))).toBe(1);
});
