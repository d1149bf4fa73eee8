import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import {
  type Repetition,
  repeat,
} from "@openrouter-free-pool/shared/timers/repeat";
import type { Logger } from "pino";
import type { Dispatcher } from "undici";
import type { Delivery } from "../events/event.ts";
import type { EventStore } from "../events/event-store.ts";
import { type Receiver, sendEvent } from "./send-event.ts";

const pollMs = 1_000;
const longestPauseMs = 6 * 3_600_000;
/** A receiver that is down for longer has missed the event. */
const triedForMs = 3 * 86_400_000;

/** Sends the events that are due, again and again until their receivers have them. */
export class EventSender {
  readonly #deps: SenderDeps;
  #sending: Repetition | undefined;

  constructor(deps: SenderDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#sending = repeat(() => this.sendDue(), {
      intervalMs: pollMs,
      name: "Sending events",
      logger: this.#deps.logger,
    });
  }

  async stop(): Promise<void> {
    await this.#sending?.stop();
    await this.#deps.dispatcher.close();
  }

  /** Sends each event that is due once. */
  async sendDue(): Promise<void> {
    const events = await this.#deps.store.takeDue();
    await Promise.all(events.map((event) => this.#send(event)));
  }

  async #send(event: Delivery): Promise<void> {
    const { store, findReceiver, dispatcher, clock, logger } = this.#deps;
    const { id, type, about, createdAt } = event;
    const receiver = findReceiver(event.owner);
    if (!receiver) return store.settle(id);
    try {
      await sendEvent(event, receiver, dispatcher);
    } catch (error) {
      // The address may hold a secret: it is not logged.
      const why = error instanceof Error ? error.message : String(error);
      const isOver = clock.now() - createdAt > triedForMs;
      logger.warn(
        { id, type, about, why, isOver },
        "An event was not delivered",
      );
      if (isOver) return store.settle(id);
      const failures = event.failures + 1;
      const pauseMs = this.#deps.retryMs * 2 ** (failures - 1);
      const later = Math.min(pauseMs, longestPauseMs);
      return store.postpone({ ...event, failures }, later);
    }
    logger.info({ id, type, about }, "Delivered an event");
    await store.settle(id);
  }
}

type SenderDeps = {
  readonly store: EventStore;
  /** undefined: nobody wants the client's events any more. */
  readonly findReceiver: (owner: string | undefined) => Receiver | undefined;
  readonly dispatcher: Dispatcher;
  readonly clock: RedisClock;
  /** The first pause, in ms. */
  readonly retryMs: number;
  readonly logger: Logger;
};
