import { isGivenUp } from "@openrouter-free-pool/shared/queue/completion-job";
import { mostStalls } from "@openrouter-free-pool/shared/queue/job-locks";
import { priorities } from "@openrouter-free-pool/shared/queue/priorities";
import { Worker } from "bullmq";
import { expect, onTestFinished, test } from "vitest";
import { argumentsWithTime } from "../../../libs/shared/src/queue/bullmq/use-redis-time.ts";
import { openQueue } from "../../support/redis/bullmq-queue.ts";

/* What we rely on of how BullMQ's worker runs its scripts, besides its data. */

type Command = { name: string; args: readonly unknown[] };

/** Records the scripts that a worker runs, as BullMQ calls them. */
function recordCommands(worker: Worker): Command[] {
  const commands: Command[] = [];
  const { backend } = worker;
  if (!("execCommand" in backend)) throw new Error("No backend of Redis's");
  const execCommand = backend.execCommand.bind(backend);
  backend.execCommand = (client, name, args: unknown[]) => {
    commands.push({ name, args });
    return execCommand(client, name, args);
  };
  return commands;
}

test("BullMQ hands its scripts the time where we replace it", async () => {
  const { redis, redisKeys, keys, add } = await openQueue();
  // One that tells the time by this machine's clock.
  const worker = new Worker("completions", undefined, {
    connection: redis,
    prefix: redisKeys.root,
    autorun: false,
  });
  onTestFinished(() => worker.close(true));
  const commands = recordCommands(worker);
  const from = Date.now();
  await add(priorities.normal, "a", "b", "c");
  const [a, b, c] = await Promise.all(
    ["1", "2", "3"].map((token) => worker.getNextJob(token, { block: false })),
  );
  await a?.moveToCompleted(undefined, a.token ?? "", false);
  await b?.moveToFailed(new Error("failed"), b.token ?? "");
  await c?.moveToDelayed(Date.now() + 60_000, c.token);
  await worker.backend.moveStalledJobsToWait();
  const until = Date.now();

  expect(new Set(commands.map(({ name }) => name))).toEqual(
    new Set(Object.keys(argumentsWithTime)),
  );
  for (const { name, args } of commands) {
    const time = args[argumentsWithTime[name] ?? -1];
    expect(time, name).toBeTypeOf("number");
    expect(Number(time), name).toBeGreaterThanOrEqual(from);
    expect(Number(time), name).toBeLessThanOrEqual(until);
  }
  expect(await redis.zcard(keys.delayed)).toBe(1);
});

test("delays end by Redis's clock, and a worker is told by its own machine's", async () => {
  const { redis, keys, worker, clock, add, fetch } = await openQueue();
  const hour = 3_600_000;
  const redisTime = Date.now() - hour;
  clock.add({ sentAt: performance.now(), roundTripMs: 0, redisTime });
  await add(priorities.normal, "a");
  const job = await fetch();
  const from = Date.now() + 60_000;
  await job.moveToDelayed(from, job.token);
  const isDelayEnd = (time: number, offsetMs = 0) =>
    Math.abs(time - offsetMs - from) < 10_000;

  const stored = Number(await redis.zscore(keys.delayed, "a")) / 4096;
  expect(isDelayEnd(stored, -hour)).toBe(true);
  const fetched = await worker.backend.moveToActive("token", "worker");
  expect(fetched).toHaveLength(4);
  expect(isDelayEnd(Number(fetched[3]))).toBe(true);
  await redis.zrem(keys.marker, "0");
  const marker = await worker.backend.waitForJob(1);
  expect(marker).toMatchObject({ member: "1" });
  expect(isDelayEnd(marker?.score ?? 0)).toBe(true);
});

test("a lost worker's job goes before all others, and is given up when it brought down too many", async () => {
  const { redis, redisKeys, keys, worker, add, fetch } = await openQueue();
  await add(priorities.low, "lost");
  await add(priorities.high, "urgent");
  await redis.zadd(keys.prioritized, "XX", 1, "lost");
  for (let stalls = 0; stalls <= mostStalls; stalls += 1) {
    const job = await fetch();
    expect(job.id).toBe("lost");
    expect(isGivenUp(job)).toBe(false);
    await redis.del(keys.lock("lost"));
    // The first look marks the jobs in hand, the second takes those without a lock.
    for (let looks = 0; looks < 2; looks += 1) {
      await worker.backend.moveStalledJobsToWait();
      await redis.del(`${redisKeys.root}:completions:stalled-check`);
    }
    expect(await redis.lrange(keys.wait, "0", "-1")).toEqual(["lost"]);
  }
  const job = await fetch();
  expect(job.id).toBe("lost");
  expect(isGivenUp(job)).toBe(true);
});
