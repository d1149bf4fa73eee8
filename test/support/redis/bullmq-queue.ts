import { randomUUID } from "node:crypto";
import { addToQueue } from "@openrouter-free-pool/shared/dispatch/add-to-queue";
import type {
  CompletionJob,
  CompletionRequest,
} from "@openrouter-free-pool/shared/queue/completion-job";
import { openCompletionsQueue } from "@openrouter-free-pool/shared/queue/completions-queue";
import { openManualWorker } from "@openrouter-free-pool/shared/queue/manual-worker";
import {
  connectRedis,
  disconnectRedis,
} from "@openrouter-free-pool/shared/redis/connect";
import { createRedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import { pino } from "pino";
import { inject, onTestFinished } from "vitest";
import { queueKeys } from "../../../libs/shared/src/queue/bullmq/queue-keys.ts";
import { removeKeys } from "./remove-keys.ts";

const logger = pino({ level: "silent" });

/** Opens a queue and a worker of BullMQ's, with Redis keys of their own, until the test ends. */
export async function openQueue(url = inject("redisUrl")) {
  const prefix = `test-${randomUUID()}`;
  const redisKeys = createRedisKeys(prefix);
  const redis = connectRedis(
    { url },
    { role: "durable", name: "test", logger },
  );
  const queue = openCompletionsQueue(redis, redisKeys);
  const clock = new RedisClock();
  await clock.refresh(redis);
  const worker = openManualWorker({ redis, redisKeys, clock, logger });
  onTestFinished(async () => {
    await Promise.all([worker.close(true), queue.close()]);
    await disconnectRedis(redis);
    await removeKeys(url, prefix);
  });
  return {
    prefix,
    request,
    redis,
    redisKeys,
    keys: queueKeys(redisKeys),
    queue,
    worker,
    clock,
    /** Puts jobs on the queue, one after the other. */
    async add(priority: number, ...jobIds: string[]): Promise<void> {
      for (const jobId of jobIds) {
        const job = { jobId, priority, timestamp: Date.now(), request };
        await addToQueue(redis, redisKeys, [job]);
      }
    },
    /** The same, for a request that is different. */
    async addWith(
      different: Partial<CompletionRequest>,
      ...jobIds: string[]
    ): Promise<void> {
      for (const jobId of jobIds) {
        const job = { jobId, priority: 20, timestamp: Date.now() };
        const own = { ...request, ...different };
        await addToQueue(redis, redisKeys, [{ ...job, request: own }]);
      }
    },
    /** Takes the next job as BullMQ's own worker does, without waiting for one. */
    async fetch(): Promise<CompletionJob> {
      const token = `${worker.tokenPrefix}${worker.reserveTokens(1)}`;
      const job = await worker.getNextJob(token, { block: false });
      if (!job) throw new Error("No job is in line");
      return job;
    },
    /** The jobs in line, the next one first. */
    inLine: () => redis.zrange(queueKeys(redisKeys).prioritized, "0", "-1"),
  };
}

const request = {
  requestId: "request",
  gatewayId: "gateway",
  path: "/chat/completions",
  isStream: false,
  model: "test/model:free",
  body: "{}",
  headers: {},
  receivedAt: 0,
  deadline: Date.now() + 3_600_000,
};
