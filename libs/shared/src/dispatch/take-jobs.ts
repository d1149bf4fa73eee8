import type { Redis } from "ioredis";
import type { KeyPool } from "../key-pool/pool/key-pool.ts";
import type { LimiterCall } from "../key-pool/slots/limiter-call.ts";
import { queueKeys } from "../queue/bullmq/queue-keys.ts";
import { lockMs } from "../queue/job-locks.ts";
import type { ManualWorker } from "../queue/manual-worker.ts";
import type { RedisKeys } from "../redis/keys.ts";
import { loadScript, runScript } from "../redis/script.ts";
import { ordersKey } from "./orders-key.ts";
import type { StandingOrders } from "./standing-orders.ts";
import { readTakenJobs, type TakenJob } from "./taken-job.ts";

const script = loadScript(new URL("./take-jobs.lua", import.meta.url));

/** The result of taking jobs. Times in ms from now. */
export type Taking = {
  readonly jobs: readonly TakenJob[];
  /** Jobs that are left in line. */
  readonly waiting: number;
  /** When a slot is free: 0 now or not known, negative: not by itself. */
  readonly slotMs: number;
  /** When to poll the line again without a message; undefined: no job is delayed. */
  readonly dueMs: number | undefined;
  /** When the worker's standing order must be renewed; undefined: it has none. */
  readonly renewMs: number | undefined;
};

/** The worker's state when it takes jobs. */
type TakingOptions = {
  /** The accounts that refuse a model, by model. */
  readonly refusals?: Readonly<Record<string, readonly string[]>>;
  /** Clients with enough jobs at this worker: while others wait, their jobs stay in line. */
  readonly fullClients?: readonly string[];
  /** How many jobs the worker takes at most, now and by the standing order that it leaves; absent or 0: it leaves none. */
  readonly mostByOrder?: number;
};

/** Takes up to this many jobs off the queue, each with its slot; none while no slot is free. */
export type TakeJobs = (
  most: number,
  options?: TakingOptions,
) => Promise<Taking>;

const nothing: Taking = {
  jobs: [],
  waiting: 0,
  slotMs: 0,
  dueMs: undefined,
  renewMs: undefined,
};

/** Builds {@link TakeJobs}. */
export function createTakeJobs(deps: {
  worker: ManualWorker;
  orders: StandingOrders;
  keyPool: KeyPool;
  redis: Redis;
  redisKeys: RedisKeys;
}): TakeJobs {
  const { worker, orders, keyPool, redis, redisKeys } = deps;
  const queue = queueKeys(redisKeys);
  const { wait, prioritized, delayed, marker, active, meta, pc } = queue;
  const keys = [
    wait,
    prioritized,
    delayed,
    marker,
    active,
    meta,
    pc,
    redisKeys.clientsDue,
    ordersKey(redisKeys),
    redisKeys.workerOrder(orders.workerId),
  ];

  async function take(
    call: LimiterCall,
    most: number,
    options: TakingOptions & { isRegistered: boolean },
  ): Promise<Taking | undefined> {
    const orderMs = orders.lifeMs(call);
    const mostByOrder = orderMs > 0 ? (options.mostByOrder ?? 0) : 0;
    const firstToken = worker.reserveTokens(Math.max(most, mostByOrder));
    const { isOpen } = orders;
    if (mostByOrder > 0) orders.remember(firstToken, call);
    const reply = await runScript(
      redis,
      script,
      [...call.keys, ...keys],
      [
        ...call.args,
        most,
        worker.tokenPrefix,
        firstToken,
        lockMs,
        JSON.stringify(options.refusals ?? {}),
        redisKeys.sharesPrefix,
        JSON.stringify(options.fullClients ?? []),
        options.isRegistered ? 1 : 0,
        orders.workerId,
        mostByOrder,
        orderMs,
        isOpen ? 1 : 0,
        orders.pushed,
      ],
    );
    if (reply === "unregistered") return undefined;
    if (reply === "closed") return nothing;
    const [takenAt, waiting, dueMs, slotMs, stands, pushed, ...texts] =
      reply as readonly unknown[];
    orders.settle(firstToken, { stands: stands === 1, pushed: Number(pushed) });
    return {
      jobs: readTakenJobs(worker, call, Number(takenAt), texts),
      waiting: Number(waiting),
      slotMs: Number(slotMs),
      dueMs: Number(dueMs) < 0 ? undefined : Number(dueMs),
      renewMs: stands === 1 ? orders.renewMs(call) : undefined,
    };
  }

  return async (most, options) => {
    let isRegistered = false;
    const taking = await keyPool.ask((call) => {
      const result = take(call, most, { ...options, isRegistered });
      isRegistered = true;
      return result;
    });
    return taking ?? nothing;
  };
}
