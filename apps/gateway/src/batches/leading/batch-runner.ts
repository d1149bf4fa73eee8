import { hasEnded } from "@openrouter-free-pool/shared/api/batch-object";
import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import {
  type Repetition,
  repeat,
} from "@openrouter-free-pool/shared/timers/repeat";
import type { Logger } from "pino";
import type { BatchOwners } from "../execution/batch-share.ts";
import type { BatchStore, OpenBatch } from "../records/batch-store.ts";
import type { Lease } from "./lease.ts";
import type { RunBatch } from "./run-batch.ts";
import { takeTurns } from "./take-turns.ts";

const pollMs = 1_000;
/**
 * Batches that one gateway leads at a time, and as many that only have to end; the others wait their
 * turn. A client without a batch that is led here does not wait.
 */
const mostBatches = 20;

/** A batch that this gateway leads. */
type LedBatch = {
  readonly owner: string | undefined;
  /** Whether it was to end when it was taken. */
  readonly isEnding: boolean;
  readonly running: Promise<void>;
};

/** Leads batches in this gateway: every open one that no other gateway leads. */
export class BatchRunner {
  readonly #batches: Pick<BatchStore, "readOpen">;
  readonly #clock: RedisClock;
  readonly #takeLease: (batchId: string) => Promise<Lease | undefined>;
  readonly #runBatch: RunBatch;
  readonly #logger: Logger;
  readonly #led = new Map<string, LedBatch>();
  readonly #stop = new AbortController();
  #polling: Repetition | undefined;
  #owners: BatchOwners = [];

  constructor(deps: {
    batches: Pick<BatchStore, "readOpen">;
    clock: RedisClock;
    takeLease: (batchId: string) => Promise<Lease | undefined>;
    runBatch: RunBatch;
    logger: Logger;
  }) {
    this.#batches = deps.batches;
    this.#clock = deps.clock;
    this.#takeLease = deps.takeLease;
    this.#runBatch = deps.runBatch;
    this.#logger = deps.logger;
  }

  /** The owners of all open batches of the installation. */
  get openOwners(): BatchOwners {
    return this.#owners;
  }

  /** Batches that this gateway leads. */
  get leading(): number {
    return this.#led.size;
  }

  start(): void {
    this.#polling = repeat(() => this.poll(), {
      intervalMs: pollMs,
      name: "Looking for batches to lead",
      logger: this.#logger,
    });
  }

  /** Starts to lead every batch that has no leader. */
  async poll(): Promise<void> {
    const open = await this.#batches.readOpen();
    this.#owners = open.map(({ owner }) => owner);
    const waiting = open.filter(({ id }) => !this.#led.has(id));
    for (const batch of takeTurns(waiting, this.#ledOwners(false))) {
      if (this.#stop.signal.aborted) return;
      const isEnding = isToEnd(batch, this.#clock.now());
      if (!this.#hasPlace(batch, isEnding)) continue;
      const lease = await this.#takeLease(batch.id);
      if (lease) this.#lead(batch, { lease, isEnding });
    }
  }

  /** Hands its batches over to other gateways. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#polling?.stop();
    await Promise.all([...this.#led.values()].map(({ running }) => running));
  }

  #ledOwners(isEnding: boolean): BatchOwners {
    return [...this.#led.values()]
      .filter((led) => led.isEnding === isEnding)
      .map(({ owner }) => owner);
  }

  #hasPlace({ owner }: OpenBatch, isEnding: boolean): boolean {
    const owners = this.#ledOwners(isEnding);
    return owners.length < mostBatches || !owners.includes(owner);
  }

  #lead(
    { id: batchId, owner }: OpenBatch,
    { lease, isEnding }: { lease: Lease; isEnding: boolean },
  ): void {
    const stop = AbortSignal.any([this.#stop.signal, lease.lost]);
    this.#logger.info({ batchId }, "Leading a batch");
    const running = this.#runBatch(batchId, lease, stop)
      .catch((error: unknown) =>
        this.#logger.error({ batchId, err: error }, "Leading a batch failed"),
      )
      .then(() => lease.release())
      .catch((error: unknown) =>
        this.#logger.warn({ batchId, err: error }, "A lease was not released"),
      )
      .finally(() => {
        this.#led.delete(batchId);
        this.#logger.info({ batchId }, "Stopped leading a batch");
      });
    this.#led.set(batchId, { owner, isEnding, running });
  }
}

/** Whether a batch is only to be wound down or closed: it calls nothing any more. */
function isToEnd({ status, expiresAt }: OpenBatch, now: number): boolean {
  if (status === undefined || hasEnded({ status })) return true;
  return status === "cancelling" || now >= expiresAt;
}
