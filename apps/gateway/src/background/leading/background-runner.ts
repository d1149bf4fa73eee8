import {
  type Repetition,
  repeat,
} from "@openrouter-free-pool/shared/timers/repeat";
import type { Logger } from "pino";
import type { BackgroundOrder } from "../records/background-record.ts";
import {
  type BackgroundStore,
  type OpenRequest,
  unbounded,
} from "../records/background-store.ts";
import type { DeadGateways } from "./dead-gateways.ts";
import type { RunRequest } from "./run-request.ts";

const pollMs = 1_000;
/** Taken over at a time: the bodies of at most so many requests */
const adoptedAtATime = 200;
/** and at most so many bytes are in memory until Redis has them. */
const adoptedBytes = 32 * 1024 * 1024;

type Led = {
  readonly order: BackgroundOrder;
  readonly stop: AbortController;
  readonly done: Promise<void>;
};

/** Leads background requests in this gateway: those that it accepted, and those without a leader. */
export class BackgroundRunner {
  readonly #gatewayId: string;
  readonly #store: BackgroundStore;
  readonly #run: RunRequest;
  readonly #dead: DeadGateways;
  readonly #isUnwanted: (order: BackgroundOrder) => boolean;
  readonly #cancel: (order: BackgroundOrder) => Promise<unknown>;
  readonly #logger: Logger;
  readonly #led = new Map<string, Led>();
  #polling: Repetition | undefined;
  #isStopping = false;

  constructor(deps: {
    gatewayId: string;
    store: BackgroundStore;
    run: RunRequest;
    dead: DeadGateways;
    /** Whether nobody can collect the answer any more: the client was removed. */
    isUnwanted: (order: BackgroundOrder) => boolean;
    cancel: (order: BackgroundOrder) => Promise<unknown>;
    logger: Logger;
  }) {
    this.#gatewayId = deps.gatewayId;
    this.#store = deps.store;
    this.#run = deps.run;
    this.#dead = deps.dead;
    this.#isUnwanted = deps.isUnwanted;
    this.#cancel = deps.cancel;
    this.#logger = deps.logger;
  }

  /** Background requests that this gateway leads. */
  get leading(): number {
    return this.#led.size;
  }

  start(): void {
    this.#polling = repeat(() => this.poll(), {
      intervalMs: pollMs,
      name: "Looking for background requests to lead",
      logger: this.#logger,
    });
  }

  /**
   * Leads a request that is recorded as this gateway's.
   *
   * @param body undefined: the storage has it.
   */
  lead(order: BackgroundOrder, body?: Buffer): void {
    const { id } = order;
    if (this.#led.has(id)) return;
    const stop = new AbortController();
    const done = this.#run(order, body, stop.signal)
      .catch((error: unknown) =>
        this.#logger.error({ id, err: error }, "A background request failed"),
      )
      .finally(() => this.#led.delete(id));
    this.#led.set(id, { order, stop, done });
  }

  /** Withdraws a request that was cancelled, if this gateway leads it; other leaders notice by themselves. */
  drop(id: string): void {
    this.#led.get(id)?.stop.abort();
  }

  /** Takes over requests without a leader, and gives up those that have another one. */
  async poll(): Promise<void> {
    if (this.#isStopping) return;
    const open = await this.#store.listOpen();
    await this.#checkLed(open);
    await this.#cancelUnwanted();
    const others = open
      .map(({ leader }) => leader)
      .filter((leader) => leader !== undefined && leader !== this.#gatewayId);
    const dead = await this.#dead.find(others as string[]);
    let count = 0;
    let bytes = 0;
    for (const { id, leader } of open) {
      if (count >= adoptedAtATime || bytes >= adoptedBytes) return;
      if (
        leader !== undefined &&
        leader !== this.#gatewayId &&
        !dead.has(leader)
      )
        continue;
      const order = await this.#adopt(id, leader);
      if (!order) continue;
      count += 1;
      bytes += order.body.bytes;
    }
  }

  /** Takes over no more requests; those being led end with their jobs on the queue. */
  async stopAdopting(): Promise<void> {
    this.#isStopping = true;
    await this.#polling?.stop();
  }

  /** Gives up requests that could not be stored in time: other gateways start them anew. */
  dropAll(): void {
    for (const { stop } of this.#led.values()) stop.abort();
  }

  /** Waits for the requests being led. */
  async finish(): Promise<void> {
    await Promise.all([...this.#led.values()].map(({ done }) => done));
  }

  async #adopt(
    id: string,
    leader: string | undefined,
  ): Promise<BackgroundOrder | undefined> {
    if (this.#isStopping || this.#led.has(id)) return undefined;
    if (!(await this.#store.claim(id, leader, this.#gatewayId))) {
      return undefined;
    }
    const record = await this.#store.find(id).catch((error: unknown) => {
      // One unreadable record must not hold up all others.
      this.#logger.error(
        { id, err: error },
        "A background request is unreadable",
      );
    });
    if (record?.status !== "open" || this.#led.has(id)) return undefined;
    this.#logger.info({ id, leader }, "Took a background request over");
    this.lead(record.order);
    return record.order;
  }

  /**
   * A request may be missing because Redis lost it, which is then recorded again, or because it was
   * cancelled.
   */
  async #checkLed(open: readonly OpenRequest[]): Promise<void> {
    const leaders = new Map(open.map(({ id, leader }) => [id, leader]));
    for (const [id, { order, stop }] of this.#led) {
      if (leaders.get(id) === this.#gatewayId) continue;
      const leader = leaders.get(id);
      if (leader !== undefined) {
        stop.abort();
      } else if (leaders.has(id)) {
        const isOurs = await this.#store.claim(id, undefined, this.#gatewayId);
        if (!isOurs) stop.abort();
      } else await this.#checkMissing(order, stop);
    }
  }

  async #cancelUnwanted(): Promise<void> {
    for (const { order, stop } of this.#led.values()) {
      if (stop.signal.aborted || !this.#isUnwanted(order)) continue;
      await this.#cancel(order);
    }
  }

  async #checkMissing(
    order: BackgroundOrder,
    stop: AbortController,
  ): Promise<void> {
    const record = await this.#store.find(order.id);
    if (!record) {
      await this.#store.create(order, this.#gatewayId, unbounded);
    } else if (record.status !== "open") stop.abort();
  }
}
