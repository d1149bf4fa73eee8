import { priorities } from "@openrouter-free-pool/shared/queue/priorities";
import type { Redis } from "ioredis";
import { readPoolStatus } from "../../support/clients/pool-status.ts";
import type { Stack } from "../../support/processes/stack.ts";
import { fillQueue } from "../../support/redis/fill-queue.ts";
import { runClosedLoop } from "../load/closed-loop.ts";
import { patientEnv } from "../load/hold-clients.ts";
import { startUnlimitedStack } from "../load/start-unlimited-stack.ts";
import { measureRequest, type RequestCost, warmUp } from "./measure-request.ts";

const sizes = [100, 1_000, 10_000, 100_000];
/** More than the worker calls at once, so that one of them is always in line before those that wait. */
const connections = 32;
const concurrency = 4;
const fillingMs = 500;

/** A request while so many others of lower priority wait. */
export type WaitingCost = RequestCost & {
  readonly waiting: number;
  /** How many still waited at the end: those that were overtaken for long have their turn, too. */
  readonly left: number;
};

/** Measures requests that pass a growing backlog. */
export async function measureWaiting(
  redisUrl: string,
  redis: Redis,
): Promise<WaitingCost[]> {
  const stack = await startUnlimitedStack(redisUrl, {
    env: { ...patientEnv, WORKER_CONCURRENCY: String(concurrency) },
  });
  try {
    await warmUp(stack);
    const costs: WaitingCost[] = [];
    for (const waiting of sizes) {
      await growBacklog(redisUrl, stack, waiting);
      const cost = await measureRequest(redis, stack, { connections });
      costs.push({ waiting, left: await countWaiting(stack), ...cost });
    }
    return costs;
  } finally {
    await stack.stop();
    await redis.flushall();
  }
}

/** Under load, or the worker would call what is to wait. */
async function growBacklog(
  redisUrl: string,
  stack: Stack,
  waiting: number,
): Promise<void> {
  const missing = waiting - (await countWaiting(stack));
  const { prefix, url } = stack;
  let isFull = false;
  const filling = fillQueue(redisUrl, prefix, missing, priorities.low);
  const filled = filling.finally(() => {
    isFull = true;
  });
  while (!isFull) {
    await runClosedLoop({ url: `${url}/v1`, connections }, fillingMs);
  }
  await filled;
}

async function countWaiting({ url }: Stack): Promise<number> {
  return (await readPoolStatus(url)).queue.waiting;
}
