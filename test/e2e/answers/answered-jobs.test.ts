import { openCompletionsQueue } from "@openrouter-free-pool/shared/queue/completions-queue";
import type { FinishedRequest } from "@openrouter-free-pool/shared/queue/finished-request";
import { connectRedis } from "@openrouter-free-pool/shared/redis/connect";
import { createRedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import { pino } from "pino";
import { afterEach, expect, inject, test } from "vitest";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

let stack: Stack | undefined;
afterEach(() => stack?.stop());

test("a request that was answered is not called again when its worker was lost right after", async () => {
  const redisUrl = inject("redisUrl");
  stack = await startStack({ redisUrl });
  const { prefix, simulator } = stack;
  const redis = connectRedis(
    { url: redisUrl },
    {
      role: "durable",
      name: "test",
      logger: pino({ level: "silent" }),
    },
  );
  const queue = openCompletionsQueue(redis, createRedisKeys(prefix));
  try {
    // As such a worker leaves it: answered, but still on the queue.
    const answered: FinishedRequest = {
      requestId: "req_answered",
      path: "/chat/completions",
      model: "test/model:free",
      isStream: false,
      receivedAt: Date.now(),
      ending: { status: 200, calls: 1, queueMs: 1, upstreamMs: 1 },
    };
    await queue.add("test/model:free", answered as never, {
      jobId: "answered",
      priority: 20,
      removeOnComplete: { count: 10 },
    });
    await until("it is finished", async () => {
      const job = await queue.getJob("answered");
      return (await job?.isCompleted()) ?? false;
    });
    expect((await simulator.summary()).total).toBe(0);
  } finally {
    await queue.close();
    await redis.quit();
  }
});
