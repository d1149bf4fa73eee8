import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import {
  type Repetition,
  repeat,
} from "@openrouter-free-pool/shared/timers/repeat";
import { withFallback } from "@openrouter-free-pool/shared/timers/with-timeout";
import type { Logger } from "pino";
import type { Dispatcher } from "undici";
import { type Delivery, describeFailure } from "../deliveries/delivery.ts";
import type { DeliveryStore } from "../deliveries/delivery-store.ts";
import { type Receiver, sendEvent } from "./send-event.ts";

const pollMs = 1_000;
const longestPauseMs = 6 * 3_600_000;
/** After this time an event is given up. */
const triedForMs = 3 * 86_400_000;

/** Tries under way at a time */
const mostUnderWay = 50;
/** and for one receiver: one that hangs must not hold up the others. */
const mostOfReceiver = 25;
/** Deliveries taken at a time. */
const mostTaken = 500;
/** A receiver whose tries take longer than this counts as slow; its deliveries yield to others. */
const slowMs = 2_000;
const slowPauseMs = 60_000;
const busyPauseMs = 1_000;
/** A try that does not end in time is repeated by another gateway. */
const stopTimeoutMs = 5_000;

/** The results of a try, for metrics. */
export const tryResults = [
  "delivered",
  "retried",
  "given-up",
  "unwanted",
] as const;

type TryResult = (typeof tryResults)[number];

type Try = { readonly url: string; readonly begunAt: number };

/** Sends the events that are due, repeatedly until their receivers accept them. */
export class EventSender {
  readonly #deps: SenderDeps;
  readonly #underWay = new Map<Promise<void>, Try>();
  #polling: Repetition | undefined;

  constructor(deps: SenderDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#polling = repeat(() => this.#takeDue(), {
      intervalMs: pollMs,
      name: "Sending events",
      logger: this.#deps.logger,
    });
  }

  /** Waits for the tries under way for a short time. */
  async stop(): Promise<void> {
    await this.#polling?.stop();
    const tries = Promise.all(this.#underWay.keys());
    await withFallback(tries, stopTimeoutMs, undefined);
    await this.#deps.dispatcher.destroy();
  }

  async #takeDue(): Promise<void> {
    const { store } = this.#deps;
    if (!this.#deps.isReady()) return;
    for (let taken = 0; taken < mostTaken; ) {
      const room = mostUnderWay - this.#underWay.size;
      if (room <= 0) return;
      const due = await store.takeDue(room);
      for (const delivery of due) await this.#begin(delivery);
      if (due.length < room) return;
      taken += due.length;
    }
  }

  async #begin(delivery: Delivery): Promise<void> {
    const { store, findReceiver, logger } = this.#deps;
    const receiver = findReceiver(delivery.owner);
    if (!receiver) {
      const { attempts, failures } = delivery;
      const rest = { attempts, failures, receiver: "", error: "" };
      await store.settle(delivery, { status: "unwanted", ...rest }, undefined);
      this.#deps.onTried("unwanted");
      return;
    }
    const { url } = receiver;
    const others = [...this.#underWay.values()].filter(
      (other) => other.url === url,
    );
    const begunAt = performance.now();
    if (others.length >= mostOfReceiver) {
      const isSlow = others.some((other) => begunAt - other.begunAt > slowMs);
      await store.putBack(delivery, isSlow ? slowPauseMs : busyPauseMs);
      return;
    }
    const { id } = delivery;
    const trying = this.#try(delivery, receiver)
      .catch((error: unknown) =>
        logger.warn({ id, err: error }, "A try is not recorded"),
      )
      .finally(() => this.#underWay.delete(trying));
    this.#underWay.set(trying, { url, begunAt });
  }

  async #try(delivery: Delivery, receiver: Receiver): Promise<void> {
    const { store, dispatcher, clock, retryMs, logger } = this.#deps;
    const { id, type, about, owner } = delivery;
    const host = new URL(receiver.url).host;
    const tried = { receiver: host, attempts: delivery.attempts + 1 };
    const facts = { id, type, about, clientId: owner, ...tried };
    const error = await sendEvent(delivery, receiver, dispatcher).then(
      () => undefined,
      describeFailure,
    );
    if (error === undefined) {
      const rest = { failures: delivery.failures, error: "" };
      await store.settle(
        delivery,
        { status: "delivered", ...tried, ...rest },
        undefined,
      );
      logger.info(facts, "Delivered an event");
      this.#deps.onTried("delivered");
      return;
    }
    const failures = delivery.failures + 1;
    const isOver = clock.now() - delivery.since > triedForMs;
    const status = isOver ? "failed" : "waiting";
    const pauseMs = Math.min(retryMs * 2 ** (failures - 1), longestPauseMs);
    await store.settle(
      delivery,
      { status, ...tried, failures, error },
      isOver ? undefined : pauseMs,
    );
    // The address may contain a secret: only its host is logged.
    logger.warn({ ...facts, why: error, isOver }, "An event was not delivered");
    this.#deps.onTried(isOver ? "given-up" : "retried");
  }
}

type SenderDeps = {
  readonly store: DeliveryStore;
  /** Whether the receivers of all events are known. */
  readonly isReady: () => boolean;
  /** undefined: nobody receives the client's events any more. */
  readonly findReceiver: (owner: string | undefined) => Receiver | undefined;
  readonly dispatcher: Dispatcher;
  readonly clock: RedisClock;
  /** The first pause, in ms. */
  readonly retryMs: number;
  readonly onTried: (result: TryResult) => void;
  readonly logger: Logger;
};
