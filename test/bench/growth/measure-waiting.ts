import { priorities } from "@openrouter-free-pool/shared/queue/priorities";
import type { Redis } from "ioredis";
import { fillQueue } from "../../support/fill-queue.ts";
import { readPoolStatus } from "../../support/pool-status.ts";
import { patientEnv } from "../hold-clients.ts";
import { startUnlimitedStack } from "../start-unlimited-stack.ts";
import { measureRequest, type RequestCost, warmUp } from "./measure-request.ts";

const sizes = [100, 1_000, 10_000, 100_000];
/** More than the worker calls at once, so that one of them is always in line before those that wait. */
const connections = 32;
const concurrency = 4;

/** A request while so many others of lower priority wait. */
export type WaitingCost = RequestCost & {
  readonly waiting: number;
  /** How many still waited at the end. */
  readonly left: number;
};

/** Measures requests that pass a growing backlog, each size on a stack of its own. */
export async function measureWaiting(
  redisUrl: string,
  redis: Redis,
): Promise<WaitingCost[]> {
  const costs: WaitingCost[] = [];
  for (const waiting of sizes) {
    const stack = await startUnlimitedStack(redisUrl, {
      env: { ...patientEnv, WORKER_CONCURRENCY: String(concurrency) },
    });
    try {
      await warmUp(stack);
      // The worker calls some of them before the load begins, and those that were overtaken for long.
      await fillQueue(redisUrl, stack.prefix, waiting, priorities.low);
      const cost = await measureRequest(redis, stack, { connections });
      const { queue } = await readPoolStatus(stack.url);
      costs.push({ waiting, left: queue.waiting, ...cost });
    } finally {
      await stack.stop();
      await redis.flushall();
    }
  }
  return costs;
}
