import { setImmediate as nextTurn } from "node:timers/promises";
import type { Redis } from "ioredis";
import type { LimiterCall } from "../key-pool/slots/limiter-call.ts";
import type { ManualWorker } from "../queue/manual-worker.ts";
import type { RedisKeys } from "../redis/keys.ts";
import { subscribe } from "../redis/subscribe.ts";
import { withFallback } from "../timers/with-timeout.ts";
import { readTakenJobs, type TakenJob } from "./taken-job.ts";

/** Part of the time of a grant for which an order stands; the rest is left for the call. */
const orderShare = 0.4;
/** Grants that may be used for a short time only would make orders that are renewed all the time. */
const leastMs = 50;
/** An order has ended, and what came by it is here, long before so many others were left. */
const mostKept = 64;
/** A message that is not here so long after Redis has sent it is lost. */
const arrivesWithinMs = 250;
/** Redis may not answer when a worker ends. */
const longestEndMs = 1_000;

/** Jobs that came by a standing order. */
export type Delivery = {
  readonly jobs: readonly TakenJob[];
  /** Jobs that are left in line. */
  readonly waiting: number;
};

/** What take-jobs.lua says of orders. */
type OrderState = {
  /** Whether one stands, in place of the earlier one. */
  readonly stands: boolean;
  /** How many jobs were pushed by all orders of the worker; negative: not looked up. */
  readonly pushed: number;
};

/**
 * The standing orders of one worker, see `serve-order.lua`: while it is idle, whoever puts a job in line takes the job
 * in its name, with a slot.
 *
 * A grant may be used for some time after it was asked for, by the worker's own clock. The worker does not know when a
 * grant by an order was made, but not before the order was left: so that is when its time begins.
 *
 * Messages can be lost with a connection, or in one that is dead and not closed yet. So Redis counts what it pushes.
 */
export class StandingOrders {
  readonly workerId: string;
  readonly #worker: ManualWorker;
  readonly #redis: Redis;
  readonly #subscriber: Redis;
  readonly #channel: string;
  readonly #key: string;
  readonly #leastMs: number;
  /** The calls of the latest orders, by their numbers. */
  readonly #calls = new Map<number, LimiterCall>();
  #endsAt = Number.NEGATIVE_INFINITY;
  /** How many jobs Redis has pushed: as far as it has said, and with the messages that arrived. */
  #pushed = 0;
  #arrived = 0;
  /** While something is missing: a message may be under way, but not for long. */
  #missing: NodeJS.Timeout | undefined;
  #hasEnded = false;
  #onLost: () => void = () => undefined;

  constructor(deps: {
    worker: ManualWorker;
    workerId: string;
    redis: Redis;
    /** A connection that listens. */
    subscriber: Redis;
    redisKeys: RedisKeys;
    /** An order that would stand for less is not left. */
    leastMs?: number;
  }) {
    this.workerId = deps.workerId;
    this.#worker = deps.worker;
    this.#redis = deps.redis;
    this.#subscriber = deps.subscriber;
    this.#leastMs = deps.leastMs ?? leastMs;
    this.#channel = deps.redisKeys.workerJobs(deps.workerId);
    this.#key = deps.redisKeys.workerOrder(deps.workerId);
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

  /** How many jobs were pushed to the worker by all of its orders, as far as it knows. */
  get pushed(): number {
    return this.#pushed;
  }

  /** Whether an order may stand, or jobs may have been pushed that did not arrive. */
  get isOpen(): boolean {
    return performance.now() < this.#endsAt || this.#missing !== undefined;
  }

  /** Call it before an order is left: its jobs may come before the reply, or without one. */
  remember(number: number, call: LimiterCall): void {
    this.#calls.set(number, call);
    const [oldest] = this.#calls.keys();
    if (oldest !== undefined && this.#calls.size > mostKept) {
      this.#calls.delete(oldest);
    }
    this.#endsAt = performance.now() + this.lifeMs(call);
  }

  /** Call it with what the script says. */
  settle(number: number, { stands, pushed }: OrderState): void {
    if (!stands) {
      this.#calls.delete(number);
      this.#endsAt = Number.NEGATIVE_INFINITY;
    }
    if (pushed < 0) return;
    this.#pushed = Math.max(this.#pushed, pushed);
    this.#compare();
  }

  /**
   * Listens for jobs that come by orders.
   *
   * @param onLost called when some were pushed that do not arrive: they are under this worker's locks.
   */
  async listen(
    onDelivery: (delivery: Delivery) => void,
    onLost: () => void,
  ): Promise<void> {
    this.#onLost = onLost;
    this.#subscriber.on("message", (channel: string, message: string) => {
      if (channel === this.#channel) onDelivery(this.#read(message));
    });
    // A server may have pushed to a connection that was dead, until it heard of the new one.
    this.#subscriber.on("close", onLost);
    this.#subscriber.on("ready", onLost);
    await subscribe(this.#subscriber, this.#channel);
  }

  /**
   * Ends the orders.
   *
   * What came by them has been handed over when it resolves, as far as the listening connection is well.
   *
   * @returns whether Redis has ended them.
   */
  async end(): Promise<boolean> {
    this.#hasEnded = true;
    clearTimeout(this.#missing);
    let isTold = false;
    const end = async () => {
      await this.#redis.hdel(this.#key, "call");
      isTold = true;
      await this.#subscriber.unsubscribe(this.#channel);
    };
    const ended = end().catch(() => undefined);
    await withFallback(ended, longestEndMs, undefined);
    return isTold;
  }

  #read(message: string): Delivery {
    const [number, total, takenAt, waiting, ...texts] = message.split("\n");
    const before = Number(total) - texts.length;
    const isGap = before > this.#arrived;
    this.#arrived = Math.max(this.#arrived, Number(total));
    this.#pushed = Math.max(this.#pushed, this.#arrived);
    const call = this.#calls.get(Number(number));
    if (isGap || !call) this.#onLost();
    if (!call) return { jobs: [], waiting: 0 };
    return {
      jobs: readTakenJobs(this.#worker, call, Number(takenAt), texts),
      waiting: Number(waiting),
    };
  }

  /** Compares what Redis has pushed with what has arrived, now and when all of it must be here. */
  #compare(): void {
    if (this.#arrived >= this.#pushed || this.#hasEnded) return;
    const expected = this.#pushed;
    this.#missing ??= setTimeout(async () => {
      // This process may have been busy: first it reads what has come.
      await nextTurn();
      this.#missing = undefined;
      if (this.#hasEnded) return;
      if (this.#arrived < expected) this.#lose(expected);
      this.#compare();
    }, arrivesWithinMs).unref();
  }

  #lose(expected: number): void {
    this.#arrived = expected;
    this.#onLost();
    // It may be dead and not know it.
    this.#subscriber.disconnect(true);
  }
}
