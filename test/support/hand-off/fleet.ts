import { randomUUID } from "node:crypto";
import type { RateLimits } from "@openrouter-free-pool/shared/config/rate-limits";
import { addToQueue } from "@openrouter-free-pool/shared/dispatch/add-to-queue";
import { findLostJobs } from "@openrouter-free-pool/shared/dispatch/find-lost-jobs";
import {
  type Delivery,
  StandingOrders,
} from "@openrouter-free-pool/shared/dispatch/standing-orders";
import {
  createTakeJobs,
  type TakeJobs,
} from "@openrouter-free-pool/shared/dispatch/take-jobs";
import { parseApiKeys } from "@openrouter-free-pool/shared/key-pool/keys/api-key";
import { KeyPool } from "@openrouter-free-pool/shared/key-pool/pool/key-pool";
import { announceGateway } from "@openrouter-free-pool/shared/presence/gateways";
import {
  type ManualWorker,
  openManualWorker,
} from "@openrouter-free-pool/shared/queue/manual-worker";
import {
  connectRedis,
  disconnectRedis,
} from "@openrouter-free-pool/shared/redis/connect";
import { createRedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import { createFinishJob } from "@openrouter-free-pool/shared/replies/finish-jobs";
import type { Redis } from "ioredis";
import { pino } from "pino";
import { queueKeys } from "../../../libs/shared/src/queue/bullmq/queue-keys.ts";
import { testKey } from "../processes/stack.ts";
import { removeKeys } from "../redis/remove-keys.ts";

const logger = pino({ level: "silent" });
/** Its own sign of life is not what is tested. */
const gatewayId = "gateway";

/** Short, so that a window passes often; the day is, too, and its calls are fewer than its windows would let through. */
export const limits: RateLimits = {
  perMinute: 3,
  perDay: 15,
  windowMs: 150,
  dayMs: 5_000,
  guardMs: 15,
};

/** Two keys of one account, and two accounts with a key each. */
const keys = [0, 1, 2, 3].map(
  (index) => `account-${Math.max(0, index - 1)}=${testKey(index)}`,
);
export const models = ["m/a:free", "m/b:free"] as const;

/** What one worker does of a worker's work: the parts that meet in Redis. */
export type FleetWorker = {
  readonly worker: ManualWorker;
  readonly pool: KeyPool;
  readonly orders: StandingOrders;
  readonly takeJobs: TakeJobs;
  /** What came by its standing orders. */
  readonly deliveries: Delivery[];
  readonly finishJob: ReturnType<typeof createFinishJob>;
  readonly findLostJobs: (
    hasInHand: (jobId: string) => boolean,
  ) => ReturnType<typeof findLostJobs>;
};

/** Some workers that share a queue and a pool in a real Redis. */
export type Fleet = {
  readonly redis: Redis;
  readonly redisKeys: ReturnType<typeof createRedisKeys>;
  readonly queue: ReturnType<typeof queueKeys>;
  readonly workers: readonly FleetWorker[];
  add(
    jobs: readonly { jobId: string; client: string; priority: number }[],
  ): Promise<void>;
  /** Resolves when everything has arrived that came by standing orders. */
  delivered(): Promise<void>;
  /** Has the locks of jobs end, and others find them, as it happens in 15 to 20 s. */
  lapse(jobIds: readonly string[]): Promise<void>;
  close(): Promise<void>;
};

/** Opens connections that fleets use one after the other. */
export function openConnections(
  redisUrl: string,
  count: number,
): { connections: readonly Redis[]; close(): Promise<void> } {
  const connections = Array.from({ length: count }, (_, index) =>
    connectRedis(
      { url: redisUrl },
      { role: "durable", name: `worker-${index}`, logger },
    ),
  );
  return {
    connections,
    close: async () =>
      void (await Promise.all(connections.map(disconnectRedis))),
  };
}

/** Makes a fleet with Redis keys of its own, a worker for each connection. */
export async function openFleet(
  redisUrl: string,
  connections: readonly Redis[],
): Promise<Fleet> {
  const [redis] = connections;
  if (!redis) throw new Error("A fleet needs a connection");
  const prefix = `test-${randomUUID()}`;
  const redisKeys = createRedisKeys(prefix);
  const queue = queueKeys(redisKeys);
  const clock = new RedisClock();
  await clock.refresh(redis);
  const subscriber = connectRedis(
    { url: redisUrl },
    { role: "durable", name: "fleet-subscriber", logger },
  );
  const workers = connections.map((own) =>
    openWorker({ redis: own, subscriber, redisKeys, clock }),
  );
  for (const { orders, deliveries } of workers) {
    await orders.listen(
      (delivery) => deliveries.push(delivery),
      () => undefined,
    );
  }
  await announceGateway(redis, redisKeys, gatewayId, false);
  await workers[0]?.pool.register();

  return {
    redis,
    redisKeys,
    queue,
    workers,
    async add(jobs) {
      await addToQueue(
        redis,
        redisKeys,
        jobs.map(({ jobId, client, priority }) => ({
          jobId,
          priority,
          timestamp: Date.now(),
          request: { ...request, client },
        })),
      );
    },
    async delivered() {
      await subscriber.ping();
    },
    async lapse(jobIds) {
      if (jobIds.length > 0) await redis.del(jobIds.map(queue.lock));
      // The first look marks what is in hand, the second one finds those without a lock.
      for (let look = 0; look < 2; look += 1) {
        await redis.del(`${queue.jobPrefix}stalled-check`);
        await workers[0]?.worker.backend.moveStalledJobsToWait();
      }
    },
    async close() {
      await Promise.all(workers.map(({ orders }) => orders.end()));
      await disconnectRedis(subscriber);
      await Promise.all(workers.map(({ worker }) => worker.close(true)));
      await removeKeys(redisUrl, prefix);
    },
  };
}

function openWorker(shared: {
  redis: Redis;
  subscriber: Redis;
  redisKeys: Fleet["redisKeys"];
  clock: RedisClock;
}): FleetWorker {
  const { redis, redisKeys, clock } = shared;
  const worker = openManualWorker({ redis, redisKeys, clock, logger });
  const pool = new KeyPool({
    redis,
    redisKeys,
    limits,
    keys: parseApiKeys(keys),
  });
  const workerId = String(worker.id);
  const orders = new StandingOrders({
    ...shared,
    worker,
    workerId,
    // Grants of such short windows are usable for some ms.
    leastMs: 1,
  });
  const deps = { worker, orders, keyPool: pool, redis, redisKeys };
  return {
    worker,
    pool,
    orders,
    deliveries: [],
    takeJobs: createTakeJobs(deps),
    finishJob: createFinishJob(redis, redisKeys),
    findLostJobs: (hasInHand) =>
      findLostJobs(deps, { hasInHand, hasStarted: () => false }),
  };
}

const request = {
  requestId: "request",
  gatewayId,
  path: "/chat/completions",
  isStream: false,
  model: models[0],
  candidates: models,
  body: "{}",
  headers: {},
  receivedAt: 0,
  deadline: Date.now() + 24 * 3_600_000,
};
