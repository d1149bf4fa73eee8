import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { loadDotEnv } from "@openrouter-free-pool/shared/config/dot-env";
import { loadConfig } from "@openrouter-free-pool/shared/config/load-config";
import { readRateLimits } from "@openrouter-free-pool/shared/config/rate-limits";
import { readRedisAddress } from "@openrouter-free-pool/shared/config/redis-address";
import { redisRequirements } from "@openrouter-free-pool/shared/config/redis-variables";
import { readProbeResults } from "@openrouter-free-pool/shared/key-pool/keys/probe-results";
import { createLogger } from "@openrouter-free-pool/shared/logging/logger";
import {
  closeOnSignals,
  exitOnConfigError,
  loadConfigOrExit,
} from "@openrouter-free-pool/shared/process/lifecycle";
import { openCompletionsQueue } from "@openrouter-free-pool/shared/queue/completions-queue";
import {
  connectRedis,
  disconnectRedis,
} from "@openrouter-free-pool/shared/redis/connect";
import { EvictionPolicy } from "@openrouter-free-pool/shared/redis/eviction-policy";
import { findOutage } from "@openrouter-free-pool/shared/redis/find-outage";
import { createRedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import { StatisticsRecorder } from "@openrouter-free-pool/shared/statistics/statistics-recorder";
import { startTracing } from "@openrouter-free-pool/shared/tracing/start-tracing";
import { buildApp } from "./app.ts";
import { BodyBudget } from "./bodies/body-budget.ts";
import { buildAdmin } from "./build-admin.ts";
import { buildBackground } from "./build-background.ts";
import { buildBatches } from "./build-batches.ts";
import { buildClients } from "./build-clients.ts";
import { buildCompletions } from "./build-completions.ts";
import { buildModels } from "./build-models.ts";
import { startNotifications } from "./build-notifications.ts";
import { buildWebhooks } from "./build-webhooks.ts";
import { createManageClients } from "./clients/manage-clients.ts";
import { gatewayVariables } from "./config.ts";
import { createReadHistory } from "./history/read-history.ts";
import { listen } from "./http/listen.ts";
import { createAddJobs } from "./jobs/add-jobs.ts";
import { buildMetrics } from "./metrics/build-metrics.ts";
import { createMeasureRequest } from "./metrics/request-metrics.ts";
import { createReadPoolView, PoolWatch } from "./pool/pool-watch.ts";
import { createReadiness } from "./pool/readiness.ts";
import { createMakeRoom } from "./redis/make-room.ts";
import { RedisHealth } from "./redis/redis-health.ts";
import { EndedLog } from "./requests/ended/ended-log.ts";
import { createReadRequests } from "./requests/listing/read-requests.ts";
import { openStorage } from "./storage/open-storage.ts";
import { requireBucket, requireKeyPair } from "./storage/variables.ts";
import { warnIfOpen } from "./web-access/warn-if-open.ts";
import { readWebAccess } from "./web-access/web-access.ts";
import { requireWebhookSecret } from "./webhooks/variables.ts";

loadDotEnv();
const config = loadConfigOrExit(() =>
  loadConfig(gatewayVariables, process.env, [
    ...redisRequirements,
    requireBucket,
    requireKeyPair,
    requireWebhookSecret,
  ]),
);
const logger = await createLogger({
  level: config.LOG_LEVEL,
  file: config.LOG_FILE,
  app: "gateway",
  isTraced: config.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined,
}).catch(exitOnConfigError);
const tracing = await startTracing(config, "gateway");
const gatewayId = randomUUID();
const redisAddress = readRedisAddress(config);
const limits = readRateLimits(config);
const redisKeys = createRedisKeys(config.REDIS_PREFIX);

const replies = connectRedis(redisAddress, {
  role: "durable",
  name: "gateway-replies",
  logger,
});
const subscriber = connectRedis(redisAddress, {
  role: "durable",
  name: "gateway-subscriber",
  logger,
});
const redis = connectRedis(redisAddress, {
  role: "fail-fast",
  name: "gateway",
  logger,
  listeners: [replies, subscriber],
});
const clock = new RedisClock();
const redisHealth = new RedisHealth(redis);
const evictionPolicy = new EvictionPolicy(redis, logger);
const queue = openCompletionsQueue(redis, redisKeys, tracing?.telemetry);
const weightOf = (client: string | undefined) =>
  client === undefined ? 1 : (clients.directory.find(client)?.weight ?? 1);
const addJobs = createAddJobs({ redis, redisKeys, tracing, weightOf });
const readPoolView = createReadPoolView({ redis, redisKeys, limits, queue });
const poolWatch = new PoolWatch(readPoolView, logger);
const completions = buildCompletions({
  config,
  gatewayId,
  limits,
  redis,
  replies,
  subscriber,
  redisKeys,
  clock,
  redisHealth,
  queue,
  addJobs,
  poolWatch,
  findClient: (id) => clients.directory.find(id),
  logger,
});

const models = buildModels({ config, redis, redisKeys, clock, logger });
models.catalogue.onModelsGone = completions.refuseGone;
const clients = buildClients({
  config,
  limits,
  redis,
  subscriber,
  redisKeys,
  redisHealth,
  clock,
  models,
  logger,
});
const webAccess = readWebAccess(config, () => clients.directory.isKeyless);
const bodyBudget = new BodyBudget(config.BODY_BYTES_IN_FLIGHT);
redisHealth.onFull = createMakeRoom({ queue, redis, redisKeys, logger });
const metrics = buildMetrics({
  bodyBudget,
  readModelsStatus: models.readStatus,
  limits,
  redis,
  redisKeys,
  redisHealth,
  queue,
  poolWatch,
  logger,
});
const statistics = new StatisticsRecorder({
  redis,
  redisKeys,
  clock,
  logger,
});
const readHistory = createReadHistory({ redis, redisKeys });
const ended = new EndedLog({
  redis,
  redisKeys,
  clock,
  most: config.KEEP_REQUEST_RECORDS,
  logger,
});
const readRequests = createReadRequests({
  redis,
  redisKeys,
  clock,
  names: {
    nameClient: (id) => clients.directory.nameOf(id),
    maskOf: (keyId) =>
      poolWatch.current()?.pool.keys.find(({ id }) => id === keyId)?.mask,
  },
});
const storage = await openStorage(config);
const webhooks = buildWebhooks({
  config,
  directory: clients.directory,
  redis,
  redisKeys,
  redisHealth,
  clock,
  metrics,
  logger,
});
const background = buildBackground({
  config,
  gatewayId,
  completions,
  resolveModels: models.resolve,
  directory: clients.directory,
  storage,
  redis,
  redisKeys,
  redisHealth,
  clock,
  statistics,
  recordRequest: clients.recordRequest,
  recordEnded: ended.record,
  publish: webhooks.publish,
  metrics,
  logger,
});
const batches = buildBatches({
  config,
  resolveModels: models.resolve,
  directory: clients.directory,
  recordRequest: clients.recordRequest,
  recordEnded: ended.record,
  publish: webhooks.publish,
  findExpiration: (model) =>
    models.catalogue.find(model)?.expiration_date ?? undefined,
  limits,
  redis,
  redisKeys,
  clock,
  queue,
  addJobs,
  poolWatch,
  countHeld: completions.countHeld,
  budgetWaitOf: completions.budgetWaitOf,
  weightOf,
  storage,
  statistics,
  logger,
});
const manageClients = createManageClients({
  ...clients,
  redisHealth,
  cancelBatchesOf: batches.cancelBatchesOf,
  webhookSecretOf: webhooks.secretOf,
  logger,
});
const admin = buildAdmin({
  config,
  gatewayId,
  batches,
  clients,
  manageClients,
  webhooks,
  readModelsStatus: models.readStatus,
  readHistory,
  readRequests,
  background,
  limits,
  redis,
  redisKeys,
  clock,
  redisHealth,
  queue,
  poolWatch,
  logger,
});

let isStopping = false;
const app = buildApp({
  submit: completions.submit,
  cachedSubmit: completions.cachedSubmit,
  idempotency: completions.idempotency,
  batches,
  background,
  models,
  readPoolView,
  readHistory,
  readRequests,
  recordEnded: ended.record,
  clock,
  redisHealth,
  checkReadiness: createReadiness({
    redisHealth,
    poolWatch,
    limits,
    readProbes: () => readProbeResults(redis, redisKeys),
    findRedisWarning: () => evictionPolicy.problem,
    isStopping: () => isStopping,
  }),
  isStopping: () => isStopping,
  clients,
  manageClients,
  manageDeliveries: webhooks.manageDeliveries,
  checkPassword: admin.checkPassword,
  webAccess,
  statistics,
  metrics,
  tracer: tracing?.tracer,
  measureRequest: createMeasureRequest(metrics),
  admin: admin.handler,
  limits,
  keepAliveMs: config.STREAM_COMMENT_MS,
  plainKeepAliveMs: config.PLAIN_KEEP_ALIVE_MS,
  longestWaitMs: config.MAX_WAIT_MS,
  answerCheck: config.ANSWER_CHECK,
  bodyLimitBytes: config.BODY_LIMIT,
  bodyBudget,
  logger,
});

await redisHealth.waitForConnection();
await evictionPolicy
  .check({ isRequired: config.REDIS_REQUIRE_NOEVICTION })
  .catch(exitOnConfigError);
await clients.start();
warnIfOpen(webAccess, config.HOST, logger);
await completions.start();
models.start();
batches.start();
const stopNotifications = startNotifications({
  config,
  limits,
  redis,
  redisKeys,
  redisHealth,
  poolWatch,
  logger,
});
background.start();
webhooks.start();
const server = await listen(app, {
  host: config.HOST,
  port: config.PORT,
  stallMs: config.BODY_STALL_MS,
  logger,
}).catch(exitOnConfigError);
// `npm start` tells by it that it is this process that answers there.
if (process.connected) process.send?.({ listening: server.address });
await admin.announce(server.address);
logger.info({ gatewayId, ...server.address }, "Gateway is ready");

closeOnSignals(
  [
    async () => tracing?.close(),
    async () => {
      const connections = [redis, replies, subscriber];
      await Promise.all(connections.map(disconnectRedis));
    },
    () => queue.close(),
    () => models.close(),
    stopNotifications,
    () => completions.close(),
    () => statistics.stop(),
    () => ended.stop(),
    () => clients.stop(),
  ],
  {
    deadlineMs: config.SHUTDOWN_DELAY_MS + config.SHUTDOWN_GRACE_MS + 10_000,
    logger,
    async finishWork() {
      isStopping = true;
      await sleep(config.SHUTDOWN_DELAY_MS);
      server.stopAccepting();
      completions.refuseHeld();
      const stopped = Promise.allSettled([batches.stop(), webhooks.stop()]);
      // Without Redis they cannot store where they stopped, and another gateway finds that out.
      if ((await findOutage(redis)) === undefined) await stopped;
      const graceMs = config.SHUTDOWN_GRACE_MS;
      // Neither may cut off what the other waits for.
      const finished = await Promise.allSettled([
        completions.finish(graceMs),
        background.stop(graceMs),
      ]);
      for (const each of finished) {
        if (each.status === "fulfilled") continue;
        logger.error({ err: each.reason }, "Finishing work failed");
      }
      await server.close();
      return await findOutage(redis);
    },
  },
);
