import {
  type CompletionRequest,
  completionJobName,
} from "@openrouter-free-pool/shared/queue/completion-job";
import { openCompletionsQueue } from "@openrouter-free-pool/shared/queue/completions-queue";
import { priorities } from "@openrouter-free-pool/shared/queue/priorities";
import { createRedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import { Redis } from "ioredis";
import { testModel } from "../clients/chat.ts";

const atOnce = 10_000;

/** Puts requests on the queue that a gateway far away would wait for. */
export async function fillQueue(
  url: string,
  prefix: string,
  count: number,
  priority: number = priorities.normal,
): Promise<void> {
  const client = new Redis(url, { maxRetriesPerRequest: null });
  const redisKeys = createRedisKeys(prefix);
  const gatewayId = "far away";
  await client.set(redisKeys.gatewayAlive(gatewayId), "heard");
  const queue = openCompletionsQueue(client, redisKeys);
  const data: CompletionRequest = {
    requestId: "one of many",
    gatewayId,
    path: "/chat/completions",
    model: testModel,
    body: JSON.stringify({ model: testModel, messages: [{ role: "user" }] }),
    headers: {},
    isStream: false,
    receivedAt: Date.now(),
    deadline: Date.now() + 86_400_000,
  };
  for (let added = 0; added < count; added += atOnce) {
    await queue.addBulk(
      Array.from({ length: Math.min(atOnce, count - added) }, () => ({
        name: completionJobName,
        data,
        opts: { priority },
      })),
    );
  }
  await queue.close();
  client.disconnect();
}
