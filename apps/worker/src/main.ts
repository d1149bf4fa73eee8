import { randomUUID } from "node:crypto";
import { readRateLimits } from "@openrouter-free-pool/shared/config/common";
import { loadConfig } from "@openrouter-free-pool/shared/config/load-config";
import { KeyPool } from "@openrouter-free-pool/shared/key-pool/key-pool";
import {
  closeOnSignals,
  loadConfigOrExit,
  loadDotEnv,
} from "@openrouter-free-pool/shared/lifecycle";
import { createLogger } from "@openrouter-free-pool/shared/logger";
import { repeat } from "@openrouter-free-pool/shared/presence/repeat";
import {
  announceWorker,
  dismissWorker,
  heartbeatMs,
} from "@openrouter-free-pool/shared/presence/workers";
import {
  connectRedis,
  disconnectRedis,
} from "@openrouter-free-pool/shared/redis/connect";
import { createRedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import { version } from "@openrouter-free-pool/shared/version";
import { buildDispatcher } from "./build-dispatcher.ts";
import { workerVariables } from "./config.ts";
import { startHealthServer } from "./health-server.ts";
import { createOpenRouterClient } from "./openrouter/client.ts";
import { reprobeKeys } from "./reprobe-keys.ts";

loadDotEnv();
const config = loadConfigOrExit(() => loadConfig(workerVariables, process.env));
const logger = createLogger({ level: config.LOG_LEVEL, app: "worker" });
const workerId = randomUUID();
const limits = readRateLimits(config);
const redisKeys = createRedisKeys(config.REDIS_PREFIX);

const connect = (name: string) =>
  connectRedis(config.REDIS_URL, { role: "durable", name, logger });
const redis = connect("worker");
const subscriber = connect("worker-cancellations");

const keyPool = new KeyPool({
  redis,
  redisKeys,
  limits,
  keys: config.OPENROUTER_API_KEYS,
});
const client = createOpenRouterClient({
  baseUrl: config.OPENROUTER_BASE_URL,
  connections: config.WORKER_CONCURRENCY,
  timeoutMs: config.UPSTREAM_TIMEOUT_MS,
});
const dispatch = buildDispatcher({
  config,
  workerId,
  limits,
  redis,
  subscriber,
  redisKeys,
  keyPool,
  client,
  logger,
});
const health = await startHealthServer(
  {
    version,
    findTrouble: () =>
      redis.status === "ready" ? undefined : "Redis is unreachable",
  },
  { host: config.HOST, port: config.WORKER_PORT, logger },
);

async function announce(): Promise<void> {
  await keyPool.renew();
  await announceWorker(redis, redisKeys, workerId);
}
const presence = repeat(announce, {
  intervalMs: heartbeatMs,
  name: "Heartbeat",
  logger,
});
const probing = repeat(
  () =>
    reprobeKeys({
      redis,
      redisKeys,
      keyPool,
      client,
      intervalMs: config.KEY_REPROBE_MS,
      logger,
    }),
  { intervalMs: config.KEY_REPROBE_MS, name: "Probing retired keys", logger },
);

closeOnSignals(
  [
    async () =>
      void (await Promise.all([redis, subscriber].map(disconnectRedis))),
    async () => void health.close(),
    () => client.close(),
    // Only after the last stream: gateways end those of a worker that is not heard of.
    async () => {
      await presence.stop();
      if (redis.status === "ready") {
        await dismissWorker(redis, redisKeys, workerId);
      }
    },
    () => dispatch.close(),
    () => probing.stop(),
  ],
  { deadlineMs: config.SHUTDOWN_GRACE_MS + 10_000, logger },
);

await announce();
await dispatch.start();
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
