import {
  type Repetition,
  repeat,
} from "@openrouter-free-pool/shared/timers/repeat";
import type { Logger } from "pino";
import type { BatchOwners } from "../execution/batch-share.ts";
import type { BatchStore } from "../records/batch-store.ts";
import type { Lease } from "./lease.ts";
import type { RunBatch } from "./run-batch.ts";

const pollMs = 1_000;
/** Batches that one gateway leads at a time; the others wait their turn. */
const mostBatches = 20;

/** Leads batches in this gateway: every open one that no other gateway leads. */
export class BatchRunner {
  readonly #batches: BatchStore;
  readonly #takeLease: (batchId: string) => Promise<Lease | undefined>;
  readonly #runBatch: RunBatch;
  readonly #logger: Logger;
  readonly #running = new Map<string, Promise<void>>();
  readonly #stop = new AbortController();
  #polling: Repetition | undefined;
  #owners: BatchOwners = [];

  constructor(deps: {
    batches: BatchStore;
    takeLease: (batchId: string) => Promise<Lease | undefined>;
    runBatch: RunBatch;
    logger: Logger;
  }) {
    this.#batches = deps.batches;
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
    return this.#running.size;
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
    const open = await this.#batches.listOpen();
    this.#owners = await this.#batches.readOwners(open);
    for (const batchId of open) {
      if (this.#stop.signal.aborted || this.#running.size >= mostBatches)
        return;
      if (this.#running.has(batchId)) continue;
      const lease = await this.#takeLease(batchId);
      if (lease) this.#lead(batchId, lease);
    }
  }

  /** Hands its batches over to other gateways. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#polling?.stop();
    await Promise.all(this.#running.values());
  }

  #lead(batchId: string, lease: Lease): void {
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
        this.#running.delete(batchId);
        this.#logger.info({ batchId }, "Stopped leading a batch");
      });
    this.#running.set(batchId, running);
  }
}
