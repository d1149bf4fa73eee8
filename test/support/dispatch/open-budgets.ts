import type { ClientChange } from "@openrouter-free-pool/shared/api/client-object";
import type { RateLimits } from "@openrouter-free-pool/shared/config/rate-limits";
import {
  addToQueue,
  type JobToAdd,
} from "@openrouter-free-pool/shared/dispatch/add-to-queue";
import type { CompletionJob } from "@openrouter-free-pool/shared/queue/completion-job";
import { priorities } from "@openrouter-free-pool/shared/queue/priorities";
import { createFinishJob } from "@openrouter-free-pool/shared/replies/finish-jobs";
import { createClientStore } from "../../../apps/gateway/src/clients/directory/client-store.ts";
import type { ClientRecord } from "../../../apps/gateway/src/clients/records/client.ts";
import { openQueue } from "../redis/bullmq-queue.ts";
import { openDispatch } from "./open-dispatch.ts";

/** Opens a queue, a pool that is never spent, and clients with budgets, until the test ends. */
export async function openBudgets(limits: Partial<RateLimits> = {}) {
  const queue = await openQueue();
  const { redis, redisKeys, request } = queue;
  const { takeJobs, keyPool } = await openDispatch(queue, {
    perMinute: 100_000,
    ...limits,
  });
  const store = createClientStore(redis, redisKeys);
  const finishJob = createFinishJob(redis, redisKeys);
  let number = 0;

  return {
    queue,
    keyPool,
    takeJobs,
    finish: (job: CompletionJob) => finishJob({ job, ending: { status: 200 } }),
    /** Makes a client, or changes its limits, as a gateway does. */
    async limit(name: string, settings: ClientChange): Promise<string> {
      const id = `client_${name}`;
      const before = await store.find(id);
      const record: ClientRecord = {
        ...none,
        ...settings,
        ...{ id, name, digest: name, hint: "", createdAt: 0, updatedAt: 0 },
      };
      await store.save({ id, before, after: record });
      return id;
    },
    /** Puts so many requests of a client in line. @returns the ids of those that were let in. */
    async add(
      client: string,
      count: number,
      options: Partial<JobToAdd> = {},
    ): Promise<string[]> {
      const jobs = Array.from({ length: count }, () => ({
        jobId: `${client}-${String(number++).padStart(6, "0")}`,
        request: { ...request, client },
        priority: priorities.normal as number,
        timestamp: Date.now(),
        ...options,
      }));
      const isIn = await addToQueue(redis, redisKeys, jobs);
      return jobs.filter((_, i) => isIn[i]).map(({ jobId }) => jobId);
    },
    /** Takes what may go out now. */
    async take(most = 16): Promise<CompletionJob[]> {
      const { jobs } = await takeJobs(most);
      return jobs.map(({ job }) => job);
    },
  };
}

const none = {
  weight: 1,
  perDay: null,
  perMinute: null,
  maxQueued: null,
  maxInFlight: null,
  maxPriority: null,
  models: null,
  expiresAt: null,
  disabled: false,
  webhookUrl: null,
};
