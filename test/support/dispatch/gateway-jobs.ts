import { randomUUID } from "node:crypto";
import type { CompletionRequest } from "@openrouter-free-pool/shared/queue/completion-job";
import { openCompletionsQueue } from "@openrouter-free-pool/shared/queue/completions-queue";
import { connectRedis } from "@openrouter-free-pool/shared/redis/connect";
import { createRedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { AnswerReply } from "@openrouter-free-pool/shared/replies/reply";
import { Redis } from "ioredis";
import { pino } from "pino";
import { inject, onTestFinished } from "vitest";
import { BodyBudget } from "../../../apps/gateway/src/bodies/body-budget.ts";
import { HeldBody } from "../../../apps/gateway/src/bodies/held-body.ts";
import { PendingRequest } from "../../../apps/gateway/src/completions/pending-request.ts";
import { PendingRequests } from "../../../apps/gateway/src/completions/pending-requests.ts";
import type { StreamSink } from "../../../apps/gateway/src/completions/pending-stream.ts";
import { createAddJobs } from "../../../apps/gateway/src/jobs/add-jobs.ts";
import { planFinishedRetention } from "../../../apps/gateway/src/jobs/finished-retention.ts";
import {
  createJobQueue,
  type JobQueue,
} from "../../../apps/gateway/src/jobs/job-queue.ts";
import { RedisGrace } from "../../../apps/gateway/src/redis/redis-grace.ts";
import { RedisHealth } from "../../../apps/gateway/src/redis/redis-health.ts";
import { removeKeys } from "../redis/remove-keys.ts";
import { until } from "../until.ts";

export const logger = pino({ level: "silent" });

export const answer: AnswerReply = {
  kind: "answer",
  status: 200,
  headers: {},
  body: Buffer.from("{}"),
  queueMs: 1,
  upstreamMs: 2,
  calls: 1,
};

/** The gateway's side of the queue, on connections that a test can break. */
export function openGatewayJobs(options: {
  graceMs: number;
  /** Takes the place of the real one, which it may call. */
  around?: (add: JobQueue["add"]) => JobQueue["add"];
}) {
  const url = inject("redisUrl");
  const prefix = `test-${randomUUID()}`;
  const redisKeys = createRedisKeys(prefix);
  const redis = connectRedis(
    { url },
    { role: "fail-fast", name: "test", logger },
  );
  /** Sees what is in Redis, also while the gateway does not. */
  const observer = new Redis(url);
  const queue = openCompletionsQueue(redis, redisKeys);
  queue.on("error", () => undefined);
  const redisHealth = new RedisHealth(redis);
  const grace = new RedisGrace({ redisHealth, graceMs: options.graceMs });
  const real = createJobQueue({
    queue,
    addJobs: createAddJobs({
      redis,
      redisKeys,
      tracing: undefined,
      weightOf: () => 1,
    }),
    grace,
    redis,
    redisKeys,
    retention: planFinishedRetention({ count: 0, bytes: 0 }),
    waitingBodies: new BodyBudget(1_000_000),
    markMs: 60_000,
  });
  const jobs = { ...real, add: options.around?.(real.add) ?? real.add };
  const registry = new PendingRequests({ jobs, logger });
  onTestFinished(async () => {
    await queue.close();
    redis.disconnect();
    observer.disconnect();
    await removeKeys(url, prefix);
  });

  return {
    redis,
    observer,
    redisKeys,
    queue,
    grace,
    jobs,
    registry,
    untilUp: () => until("Redis is up", () => redisHealth.isUp),
    /** Breaks the connection; it stays broken until the returned function is called. */
    breakConnection(): () => Promise<void> {
      redis.disconnect();
      return async () => {
        await until("the connection is closed", () => redis.status === "end");
        await redis.connect();
      };
    },
    /** A registered request that is not on the queue yet. */
    hold(of: {
      bytes?: Buffer;
      maxWaitMs?: number;
      sink?: StreamSink;
      catchUp?: () => Promise<void>;
    }) {
      const { bytes = Buffer.from("{}"), maxWaitMs = 60_000 } = of;
      const body = new HeldBody(bytes);
      body.hold();
      const pending = new PendingRequest({
        request: newRequest(of.sink !== undefined, maxWaitMs),
        body,
        waitsUntil: performance.now() + maxWaitMs,
        priority: 20,
        maxWaitMs,
        jobs,
        catchUp: of.catchUp ?? (async () => undefined),
        sink: of.sink,
        commentEveryMs: 60_000,
        logger,
      });
      registry.add(pending);
      return pending;
    },
  };
}

function newRequest(
  isStream: boolean,
  maxWaitMs: number,
): Omit<CompletionRequest, "body"> {
  return {
    requestId: randomUUID(),
    gatewayId: "gateway",
    path: "/chat/completions",
    isStream,
    model: "test/model:free",
    headers: {},
    receivedAt: Date.now(),
    deadline: Date.now() + maxWaitMs,
  };
}
