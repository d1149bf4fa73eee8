import { randomUUID } from "node:crypto";
import {
  type Delivery,
  StandingOrders,
} from "@openrouter-free-pool/shared/dispatch/standing-orders";
import {
  createTakeJobs,
  type Taking,
} from "@openrouter-free-pool/shared/dispatch/take-jobs";
import type { TakenJob } from "@openrouter-free-pool/shared/dispatch/taken-job";
import {
  connectRedis,
  disconnectRedis,
} from "@openrouter-free-pool/shared/redis/connect";
import { pino } from "pino";
import { inject, onTestFinished } from "vitest";
import { openQueue } from "../redis/bullmq-queue.ts";
import { openDispatch } from "./open-dispatch.ts";

/**
 * Refusals of an order that is served through the line, where a lone job would bypass it: its worker knows accounts that
 * refuse another model.
 */
export const throughTheLine = { "another/model:free": ["account"] };

/** Opens a queue with workers that listen for what comes by their orders. */
export async function openWorkers(
  limits: Parameters<typeof openDispatch>[1] = {},
  subscriberUrl = inject("redisUrl"),
) {
  const queue = await openQueue();
  const { keyPool } = await openDispatch(queue, limits);
  const { redis, redisKeys } = queue;
  const subscriber = connectRedis(
    { url: subscriberUrl },
    { role: "durable", name: "test", logger: pino({ level: "silent" }) },
  );
  onTestFinished(() => disconnectRedis(subscriber));

  async function openWorker() {
    const { worker } = queue;
    const workerId = randomUUID();
    const orders = new StandingOrders({
      worker,
      workerId,
      redis,
      subscriber,
      redisKeys,
    });
    const deliveries: Delivery[] = [];
    let losses = 0;
    await orders.listen(
      (each) => deliveries.push(each),
      () => {
        losses += 1;
      },
    );
    const takeJobs = createTakeJobs({
      worker,
      orders,
      keyPool,
      redis,
      redisKeys,
    });
    return {
      workerId,
      takeJobs,
      /** Takes jobs and leaves an order, if it may, that does not end with its time: this machine may be busy. */
      async leaveOrder(
        mostByOrder: number,
        refusals: Readonly<Record<string, readonly string[]>> = {},
      ): Promise<Taking> {
        const taking = await takeJobs(16, { mostByOrder, refusals });
        const inAnHour = Date.now() + 3_600_000;
        if (taking.renewMs !== undefined) {
          await redis.hset(redisKeys.workerOrder(workerId), "until", inAnHour);
        }
        return taking;
      },
      endOrders: () => orders.end(),
      losses: () => losses,
      /** The jobs that have come since the last look. */
      async arrived(): Promise<TakenJob[]> {
        await subscriber.ping();
        return deliveries.splice(0).flatMap(({ jobs }) => jobs);
      },
    };
  }
  const isAnyoneWoken = async () =>
    (await redis.zcard(queue.keys.marker)) === 1;
  return { queue, keyPool, subscriber, openWorker, isAnyoneWoken };
}
