import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "ioredis";
import type { LimiterCall } from "../key-pool/slots/limiter-call.ts";
import type { ManualWorker } from "../queue/manual-worker.ts";
import type { RedisKeys } from "../redis/keys.ts";
import { readTakenJobs, type TakenJob } from "./taken-job.ts";

/** Part of the time of a grant for which an order stands; the rest is left for the call. */
const orderShare = 0.4;
/** Grants that may be used for a short time only would make orders that are renewed all the time. */
const leastMs = 50;
/** An order has ended, and what came by it is here, long before so many others were left. */
const mostKept = 64;

/** Redis may not answer when a worker ends. */
const longestEndMs = 1_000;

/** Jobs that came by a standing order. */
export type Delivery = {
  readonly jobs: readonly TakenJob[];
  /** Jobs that are left in line. */
  readonly waiting: number;
};

/**
 * The standing orders of one worker, see `serve-order.lua`: while it is idle, whoever puts a job in line takes the job
 * in its name, with a slot.
 *
 * A grant may be used for some time after it was asked for, by the worker's own clock. The worker does not know when a
 * grant by an order was made, but not before the order was left: so that is when its time begins.
 */
export class StandingOrders {
  readonly workerId: string;
  readonly #worker: ManualWorker;
  readonly #channel: string;
  readonly #leastMs: number;
  /** The calls of the latest orders, by the number of their first token. */
  readonly #calls = new Map<number, LimiterCall>();
  #endsAt = Number.NEGATIVE_INFINITY;
  #hear: ((channel: string, message: string) => void) | undefined;

  constructor(deps: {
    worker: ManualWorker;
    workerId: string;
    redisKeys: RedisKeys;
    /** An order that would stand for less is not left. */
    leastMs?: number;
  }) {
    this.workerId = deps.workerId;
    this.#worker = deps.worker;
    this.#leastMs = deps.leastMs ?? leastMs;
    this.#channel = deps.redisKeys.workerJobs(deps.workerId);
  }

  /** For how long an order with this call stands, in ms; 0: none is left. */
  lifeMs({ usableMs }: LimiterCall): number {
    const ms = Math.floor(usableMs * orderShare);
    return ms < this.#leastMs ? 0 : ms;
  }

  /** When an order must be renewed that was just left, in ms from now. */
  renewMs(call: LimiterCall): number {
    return this.lifeMs(call) / 2;
  }

  /** Whether an order may stand. */
  get mayStand(): boolean {
    return performance.now() < this.#endsAt;
  }

  /**
   * Call it before an order is left: its jobs may come before the reply.
   *
   * @param firstToken the number of the first token for its jobs; tells it from others.
   */
  remember(firstToken: number, call: LimiterCall): void {
    this.#calls.set(firstToken, call);
    const [oldest] = this.#calls.keys();
    if (oldest !== undefined && this.#calls.size > mostKept) {
      this.#calls.delete(oldest);
    }
  }

  /** Call it with the reply: whether the order stands, and the earlier one was replaced, or both have ended. */
  settle(firstToken: number, call: LimiterCall, stands: boolean): void {
    if (!stands) this.#calls.delete(firstToken);
    this.#endsAt = stands
      ? performance.now() + this.lifeMs(call)
      : Number.NEGATIVE_INFINITY;
  }

  /** Listens for jobs that come by orders. */
  async listen(
    subscriber: Redis,
    onDelivery: (delivery: Delivery) => void,
  ): Promise<void> {
    this.#hear = (channel, message) => {
      if (channel === this.#channel) onDelivery(this.#read(message));
    };
    subscriber.on("message", this.#hear);
    await subscriber.subscribe(this.#channel);
  }

  /**
   * Ends the orders: nobody takes jobs for a worker that does not listen. Jobs that were on their way have been handed
   * over when it resolves, unless Redis does not answer.
   */
  async end(subscriber: Redis): Promise<void> {
    if (subscriber.status === "ready") {
      const ended = subscriber
        .unsubscribe(this.#channel)
        .catch(() => undefined);
      const tooLate = sleep(longestEndMs, undefined, { ref: false });
      await Promise.race([ended, tooLate]);
    }
    if (this.#hear) subscriber.off("message", this.#hear);
  }

  #read(message: string): Delivery {
    const [firstToken, takenAt, waiting, ...texts] = message.split("\n");
    const call = this.#calls.get(Number(firstToken));
    // The jobs come back when their locks lapse.
    if (!call) return { jobs: [], waiting: 0 };
    return {
      jobs: readTakenJobs(this.#worker, call, Number(takenAt), texts),
      waiting: Number(waiting),
    };
  }
}
