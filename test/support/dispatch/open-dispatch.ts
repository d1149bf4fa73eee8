import type { RateLimits } from "@openrouter-free-pool/shared/config/rate-limits";
import { StandingOrders } from "@openrouter-free-pool/shared/dispatch/standing-orders";
import {
  createTakeJobs,
  type TakeJobs,
} from "@openrouter-free-pool/shared/dispatch/take-jobs";
import type { KeyPool } from "@openrouter-free-pool/shared/key-pool/pool/key-pool";
import { inject, onTestFinished } from "vitest";
import type { openQueue } from "../redis/bullmq-queue.ts";
import { openPools } from "./key-pools.ts";

/** Opens a pool of keys beside a queue, and takes jobs from the queue with its slots, until the test ends. */
export async function openDispatch(
  {
    prefix,
    worker,
    redis,
    redisKeys,
  }: Pick<
    Awaited<ReturnType<typeof openQueue>>,
    "prefix" | "worker" | "redis" | "redisKeys"
  >,
  options: Partial<RateLimits> = {},
): Promise<{ takeJobs: TakeJobs; keyPool: KeyPool }> {
  const pools = await openPools(inject("redisUrl"), {
    prefix,
    limits: { perMinute: 100, windowMs: 60_000, ...options },
  });
  onTestFinished(() => pools.close());
  const [keyPool] = pools.pools;
  if (!keyPool) throw new Error("No pool");
  const workerId = "worker";
  const orders = new StandingOrders({
    worker,
    workerId,
    redis,
    // Nobody listens.
    subscriber: redis,
    redisKeys,
  });
  return {
    takeJobs: createTakeJobs({ worker, orders, keyPool, redis, redisKeys }),
    keyPool,
  };
}
