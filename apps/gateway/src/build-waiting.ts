import type { CompletionsQueue } from "@openrouter-free-pool/shared/queue/completions-queue";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import type { BodyBudget } from "./bodies/body-budget.ts";
import { PendingRequests } from "./completions/pending-requests.ts";
import { createRecoverLost } from "./completions/recover-lost.ts";
import { createSubmit } from "./completions/submit.ts";
import type { CheckCapacity } from "./forecast/check-capacity.ts";
import type { AddJobs } from "./jobs/add-jobs.ts";
import type { FinishedRetention } from "./jobs/finished-retention.ts";
import { createJobQueue } from "./jobs/job-queue.ts";
import type { RedisGrace } from "./redis/redis-grace.ts";

/** A withdrawn job can reappear for this long after its longest wait. */
const spareMs = 60_000;

/** Wires one kind of waiting requests: those whose clients are connected, or background requests. */
export function buildWaiting(deps: {
  gatewayId: string;
  redis: Redis;
  redisKeys: RedisKeys;
  clock: RedisClock;
  queue: CompletionsQueue;
  grace: RedisGrace;
  addJobs: AddJobs;
  retention: FinishedRetention;
  waitingBodies: BodyBudget;
  /** undefined: their places in line are granted. */
  checkCapacity: CheckCapacity | undefined;
  /** Delivers all replies that are available at this moment. */
  catchUp: () => Promise<void>;
  longestWaitMs: number;
  commentEveryMs: number;
  logger: Logger;
}) {
  const markMs = deps.longestWaitMs + spareMs;
  const jobs = createJobQueue({ ...deps, markMs });
  const pending = new PendingRequests({ jobs, logger: deps.logger });
  return {
    jobs,
    pending,
    submit: createSubmit({ ...deps, jobs, pending }),
    recover: createRecoverLost({ ...deps, pending }),
  };
}
