import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { findLostJobs } from "@openrouter-free-pool/shared/dispatch/find-lost-jobs";
import { StandingOrders } from "@openrouter-free-pool/shared/dispatch/standing-orders";
import { createTakeJobs } from "@openrouter-free-pool/shared/dispatch/take-jobs";
import {
  awaitModels,
  promoteAwaiting,
} from "@openrouter-free-pool/shared/key-pool/models/awaited-models";
import { listenForWorkerCommands } from "@openrouter-free-pool/shared/key-pool/pool/worker-commands";
import { Metrics } from "@openrouter-free-pool/shared/metrics/metrics";
import { createJobLocks } from "@openrouter-free-pool/shared/queue/job-locks";
import { moveToFront } from "@openrouter-free-pool/shared/queue/move-to-front";
import {
  connectRedis,
  disconnectRedis,
} from "@openrouter-free-pool/shared/redis/connect";
import { pino } from "pino";
import { inject, onTestFinished } from "vitest";
import { createAcquireSlot } from "../../../apps/worker/src/dispatch/acquire-slot.ts";
import { Fetching } from "../../../apps/worker/src/dispatch/fetching.ts";
import { GatewayWatch } from "../../../apps/worker/src/dispatch/gateway-watch.ts";
import { createGiveBack } from "../../../apps/worker/src/dispatch/give-back.ts";
import { Overtaking } from "../../../apps/worker/src/dispatch/overtaking.ts";
import { SlotForecast } from "../../../apps/worker/src/dispatch/slot-forecast.ts";
import { createJobStarter } from "../../../apps/worker/src/dispatch/start-job.ts";
import { AccountRefusals } from "../../../apps/worker/src/keys/account-refusals.ts";
import { createCallMetrics } from "../../../apps/worker/src/metrics/call-metrics.ts";
import { createDispatchMetrics } from "../../../apps/worker/src/metrics/dispatch-metrics.ts";
import { DeferralSpread } from "../../../apps/worker/src/settle/deferral-spread.ts";
import { createSettle } from "../../../apps/worker/src/settle/settle.ts";
import { openQueue } from "../redis/bullmq-queue.ts";
import { openDispatch } from "./open-dispatch.ts";

const logger = pino({ level: "silent" });

/**
 * A worker's dispatch on a queue of its own, until the test ends. Only the calls are missing: one is under way until the
 * test ends it.
 */
export async function openFetching(options: {
  concurrency: number;
  limits?: Parameters<typeof openDispatch>[1];
  /** Where the worker listens; the suite's Redis when absent. */
  subscriberUrl?: string;
  /** For how long settling a job begins earlier and ends later than in Redis. */
  settlingMs?: number;
  /** What a search for lost jobs waits for first. */
  beforeSearch?: () => Promise<void>;
  /** What a reply to a take of jobs waits for on its way. */
  beforeReply?: () => Promise<void>;
}) {
  const { concurrency } = options;
  const queue = await openQueue();
  const { keyPool } = await openDispatch(queue, options.limits);
  const { redis, redisKeys, worker } = queue;
  const subscriber = connectRedis(
    { url: options.subscriberUrl ?? inject("redisUrl") },
    { role: "durable", name: "test", logger },
  );
  onTestFinished(() => disconnectRedis(subscriber));
  const workerId = randomUUID();
  const deps = { redis, redisKeys, worker, workerId, subscriber, keyPool };
  const locks = createJobLocks(worker);
  onTestFinished(() => locks.close());
  const all = new Metrics("worker", logger);
  const metrics = createDispatchMetrics(all);
  const settle = createSettle({
    replies: redis,
    redisKeys,
    spread: new DeferralSpread(() => 0),
    release: locks.release,
    awaitModels: (waiting) => awaitModels(deps, waiting),
    keepPayloads: false,
    callMetrics: createCallMetrics(all),
    metrics,
    logger,
  });

  /** Every start of a call, and how calls under way are ended. */
  const calls: string[] = [];
  const ends = new Map<string, () => void>();
  const forecast = new SlotForecast();
  const refusals = new AccountRefusals(deps);
  const giveBack = createGiveBack({
    keyPool,
    promoteAwaiting: (model) => promoteAwaiting(deps, model),
    logger,
  });
  const jobs = createJobStarter({
    locks,
    giveBack,
    acquireSlot: createAcquireSlot({
      keyPool,
      giveBack,
      forecast,
      refusals,
      metrics,
      logger,
    }),
    async processJob(job, grant) {
      if (await keyPool.releaseIfLate(grant)) {
        return settle(job, { kind: "put-back" });
      }
      const jobId = String(job.id);
      calls.push(jobId);
      await new Promise<void>((resolve) => ends.set(jobId, resolve));
      ends.delete(jobId);
      await settle(job, { kind: "dropped" });
    },
    async settle(job, disposition) {
      await sleep(options.settlingMs ?? 0);
      await settle(job, disposition);
      await sleep(options.settlingMs ?? 0);
    },
    forecast,
    gatewayWatch: new GatewayWatch({ ...deps, callOff: () => undefined }),
    logger,
  });
  const orders = new StandingOrders(deps);
  const taking = { ...deps, orders };
  const takeJobs = createTakeJobs(taking);
  const fetching = new Fetching({
    async takeJobs(...args) {
      const taking = await takeJobs(...args);
      await options.beforeReply?.();
      return taking;
    },
    waitForLine: (mostMs) => worker.waitForLine(mostMs),
    async findLostJobs() {
      await options.beforeSearch?.();
      return findLostJobs(taking, jobs);
    },
    endOrders: () => orders.end(),
    refusals: () => refusals.byModel(),
    forecast,
    overtaking: new Overtaking(async (name) => {
      await moveToFront(redis, redisKeys, name);
    }),
    jobs,
    concurrency,
    logger,
  });
  await orders.listen(
    (delivery) => fetching.deliver(delivery),
    () => fetching.mayHaveLostJobs(),
  );
  await listenForWorkerCommands(subscriber, redisKeys, () =>
    fetching.checkAgain(),
  );
  return {
    ...deps,
    queue,
    fetching,
    forecast,
    takeJobs,
    settle,
    calls,
    locks,
    hasOrder: () => orders.isOpen,
    endCall: (jobId: string) => ends.get(jobId)?.(),
    /** Ends all calls under way, and the worker. */
    async stop(): Promise<void> {
      const stopped = fetching.stop();
      for (const end of ends.values()) end();
      await stopped;
    },
  };
}
