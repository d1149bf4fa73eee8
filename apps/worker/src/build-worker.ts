import type { RateLimits } from "@openrouter-free-pool/shared/config/rate-limits";
import { findLostJobs } from "@openrouter-free-pool/shared/dispatch/find-lost-jobs";
import { StandingOrders } from "@openrouter-free-pool/shared/dispatch/standing-orders";
import { createTakeJobs } from "@openrouter-free-pool/shared/dispatch/take-jobs";
import {
  awaitModels,
  promoteAwaiting,
} from "@openrouter-free-pool/shared/key-pool/models/awaited-models";
import type { KeyPool } from "@openrouter-free-pool/shared/key-pool/pool/key-pool";
import type { Metrics } from "@openrouter-free-pool/shared/metrics/metrics";
import type { RecordCall } from "@openrouter-free-pool/shared/models/model-recorder";
import { heartbeatMs } from "@openrouter-free-pool/shared/presence/workers";
import { createJobLocks } from "@openrouter-free-pool/shared/queue/job-locks";
import { openManualWorker } from "@openrouter-free-pool/shared/queue/manual-worker";
import { moveToFront } from "@openrouter-free-pool/shared/queue/move-to-front";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import type { Statistics } from "@openrouter-free-pool/shared/statistics/statistics-recorder";
import { repeat } from "@openrouter-free-pool/shared/timers/repeat";
import type { Tracing } from "@openrouter-free-pool/shared/tracing/tracing";
import type { RecordUsage } from "@openrouter-free-pool/shared/usage/usage-recorder";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import { createCallOpenRouter } from "./call/call-openrouter.ts";
import type { OpenRouterClient } from "./call/http/client.ts";
import { createReadBody } from "./call/request-body.ts";
import { StreamCredits } from "./call/stream/stream-credits.ts";
import { createCheckAnswer } from "./check/check-answer.ts";
import type { WorkerConfig } from "./config.ts";
import { createAcquireSlot } from "./dispatch/acquire-slot.ts";
import { listenForCancellations } from "./dispatch/cancellations.ts";
import { Fetching } from "./dispatch/fetching.ts";
import { GatewayWatch } from "./dispatch/gateway-watch.ts";
import { createGiveBack } from "./dispatch/give-back.ts";
import { Overtaking } from "./dispatch/overtaking.ts";
import { createProcessJob } from "./dispatch/process-job.ts";
import { createReportCall } from "./dispatch/report-call.ts";
import { SlotForecast } from "./dispatch/slot-forecast.ts";
import { createJobStarter } from "./dispatch/start-job.ts";
import {
  traceAcquisition,
  traceCalls,
  traceJobs,
} from "./dispatch/trace-jobs.ts";
import { cancelledReason, stoppingReason } from "./job/abort-reasons.ts";
import { AccountRefusals } from "./keys/account-refusals.ts";
import { createApplyKeyEffect } from "./keys/apply-key-effect.ts";
import { createCheckKey } from "./keys/check-key.ts";
import type { KeyClient } from "./keys/openrouter/key-client.ts";
import { createHasAccountBesides } from "./keys/usable-accounts.ts";
import { createCallMetrics } from "./metrics/call-metrics.ts";
import {
  createDispatchMetrics,
  measureLoad,
} from "./metrics/dispatch-metrics.ts";
import { createWatchModels } from "./models/watch-models.ts";
import { DeferralSpread } from "./settle/deferral-spread.ts";
import { createSettle } from "./settle/settle.ts";
import type { WaitForRedis } from "./wait-for-redis.ts";

/** Wires everything between the queue and OpenRouter. */
export function buildWorker(deps: {
  config: WorkerConfig;
  workerId: string;
  limits: RateLimits;
  redis: Redis;
  /** A connection of its own, on which replies go out. */
  replies: Redis;
  subscriber: Redis;
  redisKeys: RedisKeys;
  clock: RedisClock;
  keyPool: KeyPool;
  client: OpenRouterClient;
  keyClient: KeyClient;
  statistics: Statistics;
  recordCall: RecordCall;
  recordUsage: RecordUsage;
  metrics: Metrics;
  tracing: Tracing | undefined;
  logger: Logger;
}) {
  const { config, workerId, limits, redis, replies, redisKeys } = deps;
  const { subscriber, keyPool, tracing, logger } = deps;
  const keepPayloads = config.KEEP_PAYLOADS;
  const callMetrics = createCallMetrics(deps.metrics);
  const metrics = createDispatchMetrics(deps.metrics);

  // The queue, and the jobs in hand.
  const worker = openManualWorker(deps);
  const locks = createJobLocks(worker);
  const callOff = (jobId: string) => locks.abort(jobId, cancelledReason);
  const gatewayWatch = new GatewayWatch({ redis, redisKeys, callOff });

  // One call.
  const credits = new StreamCredits({
    redis,
    redisKeys,
    stallMs: config.STREAM_STALL_MS,
  });
  const callOpenRouter = createCallOpenRouter({
    client: deps.client,
    replies,
    redisKeys,
    credits,
    workerId,
    keepPayloads,
    metrics: callMetrics,
    attribution: {
      "http-referer": config.OPENROUTER_REFERER,
      "x-openrouter-title": config.OPENROUTER_TITLE,
    },
  });

  // How jobs are settled.
  const spread = new DeferralSpread(
    () => limits.windowMs / (keyPool.countAccounts() * limits.perMinute),
  );
  const awaited = { worker, redis, redisKeys };
  const releaseAwaiting = (model: string) => promoteAwaiting(awaited, model);
  const settle = createSettle({
    replies,
    redisKeys,
    spread,
    release: locks.release,
    awaitModels: (waiting) => awaitModels(awaited, waiting),
    keepPayloads,
    callMetrics,
    metrics,
    logger,
  });

  // Dispatch: which job is called next, and with which key.
  const forecast = new SlotForecast();
  const refusals = new AccountRefusals({ redis, redisKeys });
  const hasAccountBesides = createHasAccountBesides(deps);
  const overtaking = new Overtaking(async (name) => {
    await moveToFront(redis, redisKeys, name);
  });
  const giveBack = createGiveBack({
    keyPool,
    promoteAwaiting: releaseAwaiting,
    logger,
  });
  const untracedAcquireSlot = createAcquireSlot({
    keyPool,
    giveBack,
    forecast,
    refusals,
    metrics,
    logger,
  });
  const acquireSlot = tracing
    ? traceAcquisition(untracedAcquireSlot, tracing)
    : untracedAcquireSlot;
  const processJob = createProcessJob({
    readBody: createReadBody(deps),
    callOpenRouter: tracing
      ? traceCalls(callOpenRouter, tracing)
      : callOpenRouter,
    checkAnswer: createCheckAnswer({ logger }),
    checkKey: createCheckKey(deps),
    keyPool,
    giveBack,
    applyKeyEffect: createApplyKeyEffect({
      keyPool,
      probeIntervalMs: config.KEY_PROBE_MS,
      logger,
    }),
    refusals,
    hasAccountBesides,
    watchModels: createWatchModels({
      keyPool,
      promoteAwaiting: releaseAwaiting,
      logger,
    }),
    checksModels: config.MODEL_CHECK,
    logger,
    acquireSlot,
    settle,
    reportCall: createReportCall({
      statistics: deps.statistics,
      recordCall: deps.recordCall,
      recordUsage: deps.recordUsage,
      metrics: callMetrics,
      logger,
    }),
    maxAttempts: config.MAX_ATTEMPTS,
    maxCalls: config.MAX_CALLS,
  });
  const jobs = createJobStarter({
    locks,
    giveBack,
    acquireSlot,
    processJob: tracing ? traceJobs(processJob, tracing) : processJob,
    settle,
    forecast,
    gatewayWatch,
    logger,
  });
  const orders = new StandingOrders({
    worker,
    workerId,
    redis,
    subscriber,
    redisKeys,
  });
  const taking = { worker, orders, keyPool, redis, redisKeys };
  const fetching = new Fetching({
    takeJobs: createTakeJobs(taking),
    waitForLine: (mostMs) => worker.waitForLine(mostMs),
    findLostJobs: () => findLostJobs(taking, jobs),
    endOrders: () => orders.end(),
    refusals: () => refusals.byModel(),
    forecast,
    overtaking,
    jobs,
    concurrency: config.WORKER_CONCURRENCY,
    logger,
  });
  redis.on("close", () => fetching.mayHaveLostJobs());
  measureLoad(deps.metrics, {
    concurrency: config.WORKER_CONCURRENCY,
    inFlight: () => fetching.inFlight,
  });

  const repetitions = [
    repeat(() => gatewayWatch.poll(), {
      intervalMs: heartbeatMs,
      name: "Looking for gateways that are gone",
      logger,
    }),
    repeat(() => refusals.refresh(), {
      intervalMs: heartbeatMs,
      name: "Reading which accounts refuse a model",
      logger,
    }),
  ];

  return {
    /** Calls in flight. */
    inFlight: () => fetching.inFlight,
    /** Call it when slots may have become free earlier than the limiter said. */
    checkAgain: () => fetching.checkAgain(),
    async start(waitForRedis: WaitForRedis): Promise<void> {
      await waitForRedis(() =>
        listenForCancellations(subscriber, redisKeys, callOff),
      );
      await waitForRedis(() => credits.listen(subscriber, workerId));
      await waitForRedis(() =>
        orders.listen(
          (delivery) => fetching.deliver(delivery),
          () => fetching.mayHaveLostJobs(),
        ),
      );
      await waitForRedis(() => refusals.refresh());
      await worker.startStalledCheckTimer();
      fetching.start();
    },
    /**
     * Takes no more jobs and finishes those in hand. After a grace time calls are aborted and their
     * jobs put back, so that another worker can take them.
     */
    async finish(): Promise<void> {
      const graceOver = setTimeout(
        () => locks.abortAll(stoppingReason),
        config.SHUTDOWN_GRACE_MS,
      );
      await fetching.stop();
      clearTimeout(graceOver);
    },
    /** Leaves the queue. */
    async close(): Promise<void> {
      await Promise.all(repetitions.map((repetition) => repetition.stop()));
      // Forced: it interrupts an idle worker's wait for a job.
      await worker.close(true);
      await fetching.ended();
      await locks.close();
    },
  };
}
