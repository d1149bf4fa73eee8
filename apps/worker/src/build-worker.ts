import type { RateLimits } from "@openrouter-free-pool/shared/config/rate-limits";
import type { KeyPool } from "@openrouter-free-pool/shared/key-pool/key-pool";
import type { Metrics } from "@openrouter-free-pool/shared/metrics/metrics";
import { repeat } from "@openrouter-free-pool/shared/presence/repeat";
import { heartbeatMs } from "@openrouter-free-pool/shared/presence/workers";
import { completionsQueue } from "@openrouter-free-pool/shared/queue/completion-job";
import { moveToFront } from "@openrouter-free-pool/shared/queue/move-to-front";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { Statistics } from "@openrouter-free-pool/shared/statistics/statistics-recorder";
import type { Tracing } from "@openrouter-free-pool/shared/tracing/tracing";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import { createCallOpenRouter } from "./call/call-openrouter.ts";
import type { OpenRouterClient } from "./call/openrouter/client.ts";
import { createRecordCall } from "./call/record-call.ts";
import { StreamCredits } from "./call/stream/stream-credits.ts";
import type { WorkerConfig } from "./config.ts";
import { createAdmit } from "./dispatch/acquire-slot.ts";
import { listenForCancellations } from "./dispatch/cancellations.ts";
import { Dispatcher } from "./dispatch/fetching.ts";
import { GatewayWatch } from "./dispatch/gateway-watch.ts";
import {
  createJobOwnership,
  lockMs,
  mostStalls,
  stalledCheckMs,
} from "./dispatch/job-locks.ts";
import { HandFedWorker } from "./dispatch/manual-worker.ts";
import { FairShare } from "./dispatch/overtaking.ts";
import { createProcessCompletion } from "./dispatch/process-job.ts";
import { RestGate } from "./dispatch/slot-forecast.ts";
import {
  traceAdmission,
  traceCalls,
  traceJobs,
} from "./dispatch/trace-jobs.ts";
import { createCallMetrics } from "./metrics/call-metrics.ts";
import {
  createDispatchMetrics,
  measureLoad,
} from "./metrics/dispatch-metrics.ts";
import { DeferralSpread } from "./settle/deferral-spread.ts";
import { createRestKeys } from "./settle/park-key.ts";
import { cancelledReason, createJobOutcomes } from "./settle/settle.ts";
import { observeOutcomes } from "./settle/settlements.ts";

/** Seconds for which an idle worker waits in one command. */
const drainDelaySeconds = 2;

/** Wires everything between the queue and OpenRouter. */
export function buildDispatcher(deps: {
  config: WorkerConfig;
  workerId: string;
  limits: RateLimits;
  redis: Redis;
  subscriber: Redis;
  redisKeys: RedisKeys;
  keyPool: KeyPool;
  client: OpenRouterClient;
  statistics: Statistics;
  metrics: Metrics;
  tracing: Tracing | undefined;
  logger: Logger;
}) {
  const { config, limits, redis, subscriber, redisKeys, keyPool, logger } =
    deps;
  const worker = new HandFedWorker(completionsQueue, undefined, {
    connection: redis,
    prefix: redisKeys.queuePrefix,
    autorun: false,
    lockDuration: lockMs,
    stalledInterval: stalledCheckMs,
    maxStalledCount: mostStalls,
    drainDelay: drainDelaySeconds,
    runRetryDelay: 500,
  });
  worker.on("error", (error) => logger.warn({ err: error }, "BullMQ reports"));
  worker.on("stalled", (jobId) =>
    logger.warn({ jobId }, "Took over a job of a lost worker"),
  );

  const spread = new DeferralSpread(
    () => limits.windowMs / (keyPool.countAccounts() * limits.perMinute),
  );
  const ownership = createJobOwnership(worker);
  const { release } = ownership;
  const gate = new RestGate();
  const callMetrics = createCallMetrics(deps.metrics);
  const metrics = createDispatchMetrics(deps.metrics);
  const outcomes = observeOutcomes(
    createJobOutcomes({
      redis,
      redisKeys,
      spread,
      release,
      keepPayloads: config.KEEP_PAYLOADS,
      metrics: callMetrics,
      logger,
    }),
    { metrics, logger },
  );
  const fairShare = new FairShare(async (name) => {
    await moveToFront(redis, redisKeys, name);
  });
  const { tracing } = deps;
  const decide = createAdmit({
    keyPool,
    gate,
    outcomes,
    fairShare,
    metrics,
    logger,
  });
  const admit = tracing ? traceAdmission(decide, tracing) : decide;
  const credits = new StreamCredits({
    redis,
    redisKeys,
    stallMs: config.STREAM_STALL_MS,
  });
  const callOpenRouter = createCallOpenRouter({
    client: deps.client,
    redis,
    redisKeys,
    credits,
    workerId: deps.workerId,
    keepPayloads: config.KEEP_PAYLOADS,
    metrics: callMetrics,
    attribution: {
      "http-referer": config.OPENROUTER_REFERER,
      "x-openrouter-title": config.OPENROUTER_TITLE,
    },
  });
  const processCompletion = createProcessCompletion({
    callOpenRouter: tracing
      ? traceCalls(callOpenRouter, tracing)
      : callOpenRouter,
    keyPool,
    restKeys: createRestKeys({ keyPool, limits, logger }),
    admit,
    outcomes,
    maxAttempts: config.MAX_ATTEMPTS,
    recordCall: createRecordCall({
      statistics: deps.statistics,
      metrics: callMetrics,
    }),
    logger,
  });
  const callOff = (jobId: string) => ownership.abort(jobId, cancelledReason);
  const gatewayWatch = new GatewayWatch({ redis, redisKeys, callOff });
  const dispatcher = new Dispatcher({
    worker,
    gate,
    ownership,
    outcomes,
    admit,
    process: tracing
      ? traceJobs(processCompletion, tracing)
      : processCompletion,
    gatewayWatch,
    concurrency: config.WORKER_CONCURRENCY,
    logger,
  });
  measureLoad(deps.metrics, {
    concurrency: config.WORKER_CONCURRENCY,
    inFlight: () => dispatcher.inFlight,
  });

  const watching = repeat(() => gatewayWatch.look(), {
    intervalMs: heartbeatMs,
    name: "Looking for gateways that are gone",
    logger,
  });

  return {
    /** Calls in hand. */
    inFlight: () => dispatcher.inFlight,
    /** Slots may have become free earlier than was said. */
    lookAgain: () => gate.open(),
    async start(): Promise<void> {
      await listenForCancellations(subscriber, redisKeys, callOff);
      await credits.listen(subscriber, deps.workerId);
      await worker.startStalledCheckTimer();
      dispatcher.start();
    },
    /** Finishes what is in hand, or puts it back, and leaves the queue. */
    async close(): Promise<void> {
      await dispatcher.stop(config.SHUTDOWN_GRACE_MS);
      await watching.stop();
      // By force: an idle worker's wait for a job is cut off instead of sat out.
      await worker.close(true);
      await dispatcher.ended();
      await ownership.close();
    },
  };
}
