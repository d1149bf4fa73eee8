import type { ClientSettings } from "@openrouter-free-pool/shared/api/client-object";
import { readBudgets } from "@openrouter-free-pool/shared/budgets/read-budgets";
import type { RateLimits } from "@openrouter-free-pool/shared/config/rate-limits";
import {
  announceGateway,
  dismissGateway,
  showPresence,
} from "@openrouter-free-pool/shared/presence/gateways";
import { heartbeatMs } from "@openrouter-free-pool/shared/presence/workers";
import type { CompletionsQueue } from "@openrouter-free-pool/shared/queue/completions-queue";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import { ReplyReader } from "@openrouter-free-pool/shared/replies/reply-reader";
import { repeat } from "@openrouter-free-pool/shared/timers/repeat";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import { BodyBudget } from "./bodies/body-budget.ts";
import { buildWaiting } from "./build-waiting.ts";
import { createCutStalled } from "./completions/cut-stalled.ts";
import type { GatewayConfig } from "./config.ts";
import { createCheckCapacity } from "./forecast/check-capacity.ts";
import { ClientBudgets } from "./forecast/client-budgets.ts";
import { Forecast } from "./forecast/forecast.ts";
import { createIdempotency } from "./idempotency/idempotency.ts";
import type { AddJobs } from "./jobs/add-jobs.ts";
import { planFinishedRetention } from "./jobs/finished-retention.ts";
import type { PoolWatch } from "./pool/pool-watch.ts";
import { RedisGrace } from "./redis/redis-grace.ts";
import type { RedisHealth } from "./redis/redis-health.ts";
import { createCachedSubmit } from "./response-cache/cached-submit.ts";
import {
  ResponseStore,
  readCacheLimits,
} from "./response-cache/response-store.ts";
import { SharedCallStore } from "./shared-requests/shared-call-store.ts";
import { SharedRequests } from "./shared-requests/shared-requests.ts";

/** How often requests that have waited for long are checked for a lost job. */
const sweepMs = 30_000;
/** How often streams are checked for clients that do not read. */
const stallCheckMs = 1_000;

/** Wires everything between a checked request and its reply. */
export function buildCompletions(deps: {
  config: GatewayConfig;
  gatewayId: string;
  limits: RateLimits;
  redis: Redis;
  /** A connection of its own for replies. */
  replies: Redis;
  /** A connection for subscriptions, by which Redis can also tell that this process is alive. */
  subscriber: Redis;
  redisKeys: RedisKeys;
  clock: RedisClock;
  redisHealth: RedisHealth;
  queue: CompletionsQueue;
  addJobs: AddJobs;
  poolWatch: PoolWatch;
  /** The settings of a client. */
  findClient: (id: string) => ClientSettings | undefined;
  logger: Logger;
}) {
  const { config, gatewayId, redis, redisKeys, redisHealth, logger } = deps;
  const grace = new RedisGrace({
    redisHealth,
    graceMs: config.REDIS_GRACE_MS,
  });
  // Bodies of requests that have a job, or that wait for an equal request's reply.
  const waitingBodies = new BodyBudget(config.BODY_BYTES_IN_FLIGHT);
  const retention = planFinishedRetention({
    count: config.KEEP_FINISHED_JOBS,
    bytes: config.KEEP_FINISHED_BYTES,
  });
  const forecast = new Forecast({
    poolWatch: deps.poolWatch,
    limits: deps.limits,
    maxQueueSize: config.MAX_QUEUE_SIZE,
  });
  const clientBudgets = new ClientBudgets({
    settingsOf: deps.findClient,
    read: async (client) =>
      (await readBudgets(redis, redisKeys, deps.limits, [client]))[0],
    limits: deps.limits,
  });
  const checkCapacity = createCheckCapacity({ forecast, clientBudgets });
  const reader = new ReplyReader({
    subscriber: deps.replies,
    redis,
    streamKey: redisKeys.gatewayReplies(gatewayId),
    listener: (jobId, reply) => {
      interactive.pending.receive(jobId, reply);
      background.pending.receive(jobId, reply);
    },
    logger,
  });
  const catchUp = () => reader.catchUp();
  const waiting = { ...deps, grace, retention, waitingBodies, catchUp };
  const interactive = buildWaiting({
    ...waiting,
    checkCapacity,
    longestWaitMs: config.MAX_WAIT_MS,
    commentEveryMs: config.STREAM_COMMENT_MS,
  });
  // Their clients have been promised an answer: a place in line is not refused any more.
  const background = buildWaiting({
    ...waiting,
    checkCapacity: undefined,
    longestWaitMs: config.ASYNC_TTL_SECONDS * 1_000,
    commentEveryMs: config.STREAM_COMMENT_MS,
  });
  const both = [interactive, background];
  const { submit, pending } = interactive;
  const shared = new SharedRequests({
    store: new SharedCallStore(redis, redisKeys),
    grace,
    logger,
  });

  const warnOfRecovery = (error: unknown) =>
    logger.warn({ err: error }, "Recovering lost jobs failed");
  let isPresent = false;
  const announce = () =>
    redisHealth.watch(async () => {
      await deps.clock.refresh(redis);
      const isSeen = isPresent && deps.subscriber.status === "ready";
      return announceGateway(redis, redisKeys, gatewayId, isSeen);
    });
  const heartbeat = repeat(announce, {
    intervalMs: heartbeatMs,
    name: "Heartbeat",
    logger,
  });
  const watchingWorkers = repeat(() => interactive.recover.workers(), {
    intervalMs: heartbeatMs,
    name: "Looking for lost workers",
    logger,
  });
  const cuttingStalled = repeat(
    createCutStalled({ pending, poolWatch: deps.poolWatch }),
    { intervalMs: stallCheckMs, name: "Cutting stalled streams", logger },
  );
  async function recoverJobs(minimumAgeMs: number): Promise<void> {
    for (const { jobs, recover } of both) {
      // Lost jobs are looked for even when calling off fails.
      await jobs.repeatCallOffs().catch(warnOfRecovery);
      await recover.jobs(minimumAgeMs);
    }
  }
  const sweeping = repeat(() => recoverJobs(sweepMs), {
    intervalMs: sweepMs,
    name: "Looking for lost jobs",
    logger,
  });
  // Redis may have restarted and lost its last writes.
  const onReconnect = () =>
    void announce()
      .then(() => recoverJobs(0))
      .catch(warnOfRecovery);

  return {
    submit,
    /** For background requests, whose place in line is granted. */
    backgroundSubmit: background.submit,
    backgroundPending: background.pending,
    checkCapacity,
    /** How many requests of a client wait for its own budget. */
    countHeld: (client: string) => clientBudgets.countHeld(client),
    /** How long so many calls of a client wait for its own budget, in ms, as far as is known. */
    budgetWaitOf: (client: string, calls: number) =>
      clientBudgets.peekWait(client, calls),
    /** When the request at a place in line will be called, in ms from now, as far as is known. */
    async whenServed(place: number, client: string | undefined) {
      const [inPool, inBudget] = await Promise.all([
        forecast.whenServed(place),
        client === undefined ? 0 : clientBudgets.whenServed(client, place),
      ]);
      return inPool === undefined ? undefined : Math.max(inPool, inBudget);
    },
    async refuseGone(isGone: (model: string) => boolean): Promise<void> {
      for (const each of both) await each.pending.refuseGone(isGone);
    },
    /** undefined when the response cache is off. */
    cachedSubmit:
      config.RESPONSE_CACHE_TTL_SECONDS === 0
        ? undefined
        : createCachedSubmit({
            submit,
            shared,
            isSharedByClients: config.RESPONSE_CACHE_SHARED,
            waitingBodies,
            store: new ResponseStore({
              redis,
              redisKeys,
              limits: readCacheLimits(config),
              logger,
            }),
          }),
    idempotency: createIdempotency({
      shared,
      keepMs: config.IDEMPOTENCY_TTL_SECONDS * 1_000,
      waitingBodies,
    }),
    async start(): Promise<void> {
      // The first requests must not be refused for lack of a connection.
      redis.on("ready", onReconnect);
      reader.start();
      shared.listen(deps.subscriber, redisKeys.sharedNews);
      await announce();
      // Not awaited: without Redis it would never resolve.
      void showPresence(deps.subscriber, redisKeys, gatewayId)
        .then(() => {
          isPresent = true;
          return announce();
        })
        .catch((error: unknown) =>
          logger.warn({ err: error }, "Showing presence failed"),
        );
    },
    /** Refuses the requests that wait for Redis without a job, because the gateway stops. */
    refuseHeld: () => grace.close(),
    /** Waits for the requests in hand; after the grace time the rest are told to retry later. */
    async finish(graceMs: number): Promise<void> {
      await pending.finish(graceMs);
      await shared.close();
    },
    async close(): Promise<void> {
      redis.off("ready", onReconnect);
      await Promise.all(
        [sweeping, cuttingStalled, watchingWorkers, heartbeat, reader].map(
          (each) => each.stop(),
        ),
      );
      if (redisHealth.isUp) {
        await dismissGateway(redis, redisKeys, gatewayId);
      }
    },
  };
}
