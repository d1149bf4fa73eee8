import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { loadDotEnv } from "@openrouter-free-pool/shared/config/dot-env";
import { loadConfig } from "@openrouter-free-pool/shared/config/load-config";
import { readRateLimits } from "@openrouter-free-pool/shared/config/rate-limits";
import { readRedisAddress } from "@openrouter-free-pool/shared/config/redis-address";
import { redisRequirements } from "@openrouter-free-pool/shared/config/redis-variables";
import { readProxySettings } from "@openrouter-free-pool/shared/http/create-dispatcher";
import { KeyPool } from "@openrouter-free-pool/shared/key-pool/pool/key-pool";
import {
  listenForWorkerCommands,
  type WorkerCommand,
} from "@openrouter-free-pool/shared/key-pool/pool/worker-commands";
import { createLogger } from "@openrouter-free-pool/shared/logging/logger";
import { Metrics } from "@openrouter-free-pool/shared/metrics/metrics";
import { measureRedis } from "@openrouter-free-pool/shared/metrics/redis-metrics";
import { ModelRecorder } from "@openrouter-free-pool/shared/models/model-recorder";
import {
  announceWorker,
  dismissWorker,
  heartbeatMs,
} from "@openrouter-free-pool/shared/presence/workers";
import {
  closeOnSignals,
  exitOnConfigError,
  loadConfigOrExit,
} from "@openrouter-free-pool/shared/process/lifecycle";
import { version } from "@openrouter-free-pool/shared/process/version";
import {
  connectRedis,
  disconnectRedis,
} from "@openrouter-free-pool/shared/redis/connect";
import { EvictionPolicy } from "@openrouter-free-pool/shared/redis/eviction-policy";
import { findOutage } from "@openrouter-free-pool/shared/redis/find-outage";
import { createRedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import { StatisticsRecorder } from "@openrouter-free-pool/shared/statistics/statistics-recorder";
import { repeat } from "@openrouter-free-pool/shared/timers/repeat";
import { startTracing } from "@openrouter-free-pool/shared/tracing/start-tracing";
import { UsageRecorder } from "@openrouter-free-pool/shared/usage/usage-recorder";
import { buildWorker } from "./build-worker.ts";
import { createOpenRouterClient } from "./call/http/client.ts";
import { workerVariables } from "./config.ts";
import { startHealthServer } from "./health-server.ts";
import { createKeyProbing, probesAtATime } from "./keys/key-probing.ts";
import { createKeyClient } from "./keys/openrouter/key-client.ts";
import { createProbeKey } from "./keys/probe-key.ts";
import { readKeys, requireKeys } from "./keys/read-keys.ts";
import { createReportKeys } from "./keys/report-keys.ts";
import { watchKeysFile } from "./keys/watch-keys-file.ts";
import { createReportLateGrant } from "./metrics/late-grants.ts";
import { createWaitForRedis } from "./wait-for-redis.ts";

/** How often a worker checks whether it is time to probe the keys, or whether Redis has lost that it did. */
const probePollMs = 5_000;

loadDotEnv();
const config = loadConfigOrExit(() =>
  loadConfig(workerVariables, process.env, [...redisRequirements, requireKeys]),
);
const keys = loadConfigOrExit(() => readKeys(config));
const logger = await createLogger({
  level: config.LOG_LEVEL,
  file: config.LOG_FILE,
  app: "worker",
  isTraced: config.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined,
}).catch(exitOnConfigError);
const tracing = await startTracing(config, "worker");
const workerId = randomUUID();
const redisAddress = readRedisAddress(config);
const limits = readRateLimits(config);
const redisKeys = createRedisKeys(config.REDIS_PREFIX);
const proxy = readProxySettings(config);

const subscriber = connectRedis(redisAddress, {
  role: "durable",
  name: "worker-cancellations",
  logger,
});
const redis = connectRedis(redisAddress, {
  role: "durable",
  name: "worker",
  logger,
  listeners: [subscriber],
});
// Locks, slots and heartbeats do not wait behind large answers.
const replies = connectRedis(redisAddress, {
  role: "durable",
  name: "worker-replies",
  logger,
});
const evictionPolicy = new EvictionPolicy(redis, logger);

const clock = new RedisClock();
const metrics = new Metrics("worker", logger);
const keyPool = new KeyPool({
  redis,
  redisKeys,
  limits,
  keys,
  checksModels: config.MODEL_CHECK,
  onLateGrant: createReportLateGrant(metrics, logger),
});
const client = createOpenRouterClient({
  baseUrl: config.OPENROUTER_BASE_URL,
  connections: config.WORKER_CONCURRENCY,
  timeoutMs: config.UPSTREAM_TIMEOUT_MS,
  answerMemoryBytes: config.ANSWER_MEMORY,
  proxy,
});
const keyClient = createKeyClient({
  baseUrl: config.OPENROUTER_BASE_URL,
  connections: probesAtATime,
  proxy,
});
measureRedis(metrics, redis);
const statistics = new StatisticsRecorder({
  redis,
  redisKeys,
  clock,
  logger,
});
const modelRecorder = new ModelRecorder({ redis, redisKeys, clock, logger });
const usageRecorder = new UsageRecorder({ redis, redisKeys, clock, logger });
const dispatch = buildWorker({
  config,
  workerId,
  limits,
  redis,
  replies,
  subscriber,
  redisKeys,
  clock,
  keyPool,
  client,
  keyClient,
  statistics,
  recordCall: modelRecorder.record,
  recordUsage: usageRecorder.record,
  metrics,
  tracing,
  logger,
});
const health = await startHealthServer(
  {
    version,
    findReason: () =>
      redis.status === "ready" ? undefined : "Redis is unreachable",
    findWarning: () => evictionPolicy.problem,
    renderMetrics: () => metrics.render(),
  },
  { host: config.HOST, port: config.WORKER_PORT, logger },
).catch(exitOnConfigError);

async function announce(): Promise<void> {
  await clock.refresh(redis);
  await keyPool.renew();
  await announceWorker(redis, redisKeys, workerId, {
    host: hostname(),
    pid: process.pid,
    version,
    // The monotonic clock counts from the start of this process.
    startedAt: Math.round(clock.now() - performance.now()),
    concurrency: config.WORKER_CONCURRENCY,
    inFlight: dispatch.inFlight(),
  });
}
let isAnnounced = false;
const whenAnnounced = (task: () => Promise<void>) => async () => {
  if (isAnnounced) await task();
};
const presence = repeat(whenAnnounced(announce), {
  intervalMs: heartbeatMs,
  name: "Heartbeat",
  logger,
});
const keyProbing = createKeyProbing({
  redis,
  redisKeys,
  keyPool,
  probeKey: createProbeKey({ redis, redisKeys, keyPool, keyClient, logger }),
  intervalMs: config.KEY_PROBE_MS,
  logger,
});
const reportKeys = createReportKeys({ redis, redisKeys, keyPool, logger });
const probing = repeat(whenAnnounced(keyProbing.probeAll), {
  intervalMs: Math.min(config.KEY_PROBE_MS, probePollMs),
  name: "Asking about keys",
  logger,
});

/** Replaces the keys in use by those of the keys' file. */
async function takeKeysOver(): Promise<void> {
  const keys = readKeys(config);
  const before = keyPool.id;
  await keyPool.replaceKeys(keys, () => keyProbing.probeBeforeUse(keys));
  if (keyPool.id === before) return;
  dispatch.checkAgain();
  const masks = keys.map((key) => key.mask);
  logger.info({ pool: keyPool.id, keys: masks }, "The keys have changed");
  await reportKeys();
}
const keysFile = config.OPENROUTER_API_KEYS_FILE;
const keysWatch =
  keysFile === undefined
    ? undefined
    : watchKeysFile(keysFile, takeKeysOver, logger);

const starting = new AbortController();
const waitForRedis = createWaitForRedis({ signal: starting.signal, logger });

closeOnSignals(
  [
    async () => tracing?.close(),
    async () =>
      void (await Promise.all(
        [redis, replies, subscriber].map(disconnectRedis),
      )),
    async () => void health.close(),
    () => client.close(),
    () => keyClient.close(),
    () => statistics.stop(),
    () => modelRecorder.stop(),
    () => usageRecorder.stop(),
    // Only after the last stream: gateways end the streams of a worker whose heartbeat is missing.
    async () => {
      await presence.stop();
      if (redis.status === "ready") {
        await dismissWorker(redis, redisKeys, workerId);
      }
    },
    () => dispatch.close(),
    () => probing.stop(),
    async () => keysWatch?.stop(),
  ],
  {
    deadlineMs: config.SHUTDOWN_GRACE_MS + 10_000,
    logger,
    async finishWork() {
      starting.abort();
      await dispatch.finish();
      return await findOutage(redis);
    },
  },
);

// A pool that Redis still knows may lack keys that were put back while no worker was there.
await waitForRedis(() => keyPool.register());
await evictionPolicy
  .check({ isRequired: config.REDIS_REQUIRE_NOEVICTION })
  .catch(exitOnConfigError);
await waitForRedis(() => keyProbing.probeBeforeUse(keys));
await waitForRedis(reportKeys);
await waitForRedis(announce);
isAnnounced = true;
const onCommand = (command: WorkerCommand) => {
  dispatch.checkAgain();
  if (command.kind !== "probe") return;
  keyProbing
    .probeNow(command.keyId)
    .then(dispatch.checkAgain)
    .catch((error: unknown) =>
      logger.warn({ err: error }, "Probing a key failed"),
    );
};
await waitForRedis(() =>
  listenForWorkerCommands(subscriber, redisKeys, onCommand),
);
await dispatch.start(waitForRedis);
logger.info(
  {
    workerId,
    pool: keyPool.id,
    keys: keyPool.keys.map((key) => key.mask),
    limits,
    concurrency: config.WORKER_CONCURRENCY,
    upstream: config.OPENROUTER_BASE_URL,
  },
  "Worker is ready",
);
