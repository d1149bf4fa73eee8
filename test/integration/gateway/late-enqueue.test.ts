import { randomUUID } from "node:crypto";
import type { CompletionRequest } from "@openrouter-free-pool/shared/queue/completion-job";
import { openCompletionsQueue } from "@openrouter-free-pool/shared/queue/completions-queue";
import { createRedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { AnswerReply } from "@openrouter-free-pool/shared/replies/reply";
import { Redis } from "ioredis";
import { pino } from "pino";
import { expect, inject, onTestFinished, test } from "vitest";
import { BodyBudget } from "../../../apps/gateway/src/bodies/body-budget.ts";
import { HeldBody } from "../../../apps/gateway/src/bodies/held-body.ts";
import { PendingRequest } from "../../../apps/gateway/src/completions/pending-request.ts";
import { PendingRequests } from "../../../apps/gateway/src/completions/pending-requests.ts";
import { createAddJobs } from "../../../apps/gateway/src/jobs/add-jobs.ts";
import { createEnqueue } from "../../../apps/gateway/src/jobs/enqueue.ts";
import { planFinishedRetention } from "../../../apps/gateway/src/jobs/finished-retention.ts";
import { createJobQueue } from "../../../apps/gateway/src/jobs/job-queue.ts";
import { RedisGrace } from "../../../apps/gateway/src/redis/redis-grace.ts";
import { RedisHealth } from "../../../apps/gateway/src/redis/redis-health.ts";
import { removeKeys } from "../../support/remove-keys.ts";

const logger = pino({ level: "silent" });
const request: Omit<CompletionRequest, "body"> = {
  requestId: "request",
  gatewayId: "gateway",
  path: "/chat/completions",
  isStream: false,
  model: "test/model:free",
  headers: {},
  receivedAt: Date.now(),
  deadline: Date.now() + 60_000,
};
const answer: AnswerReply = {
  kind: "answer",
  status: 200,
  headers: {},
  body: Buffer.from("{}"),
  queueMs: 1,
  upstreamMs: 2,
  calls: 1,
};

test("a late failure to enqueue does not settle the job that took its place", async () => {
  const url = inject("redisUrl");
  const prefix = `test-${randomUUID()}`;
  const redisKeys = createRedisKeys(prefix);
  const redis = new Redis(url);
  const stuck = new Redis(url);
  const queue = openCompletionsQueue(redis, redisKeys);
  onTestFinished(async () => {
    await queue.close();
    redis.disconnect();
    await removeKeys(url, prefix);
  });
  const add = createEnqueue({
    addJobs: createAddJobs({ queue, redis, redisKeys }),
    redis,
    redisKeys,
    retention: planFinishedRetention({ count: 0, bytes: 0 }),
    waitingBodies: new BodyBudget(1_000),
  });
  const enqueued: string[] = [];
  const jobs = createJobQueue({
    queue,
    async enqueue(job, isWanted) {
      enqueued.push(job.jobId);
      // Redis never answers the first one, and the connection breaks in the end.
      if (enqueued.length === 1) await stuck.blpop(`${prefix}:nothing`, 0);
      else await add(job, isWanted);
    },
    grace: new RedisGrace({ redisHealth: new RedisHealth(redis), graceMs: 0 }),
    redis,
    redisKeys,
    markMs: 60_000,
  });
  const registry = new PendingRequests({ jobs, logger });
  const pending = new PendingRequest({
    request,
    body: new HeldBody(Buffer.from("{}")),
    waitsUntil: performance.now() + 60_000,
    priority: 20,
    maxWaitMs: 60_000,
    jobs,
    catchUp: async () => undefined,
    sink: undefined,
    commentEveryMs: 60_000,
    logger,
  });
  registry.add(pending);
  pending.enqueue();
  const lostJob = pending.jobId;

  await registry.resubmit(lostJob);
  stuck.disconnect();
  await new Promise(setImmediate);

  expect(pending.phase).toBe("queued");
  expect(await redis.exists(redisKeys.cancelled(lostJob))).toBe(1);
  registry.receive(pending.jobId, answer);
  expect(await pending.reply).toEqual(answer);
});
