import { setTimeout as sleep } from "node:timers/promises";
import type { BatchStatus } from "@openrouter-free-pool/shared/api/batch-object";
import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import type { Logger } from "pino";
import { OutageRetry } from "../faults/outage-retry.ts";
import type { InputReader } from "../input/input-reader.ts";
import type { BatchRecord } from "../records/batch-record.ts";
import type { LineRetry } from "../records/line-retry.ts";
import type { LineErrorCode } from "../results/output-line.ts";
import type { Results } from "../results/results.ts";
import type { LineFeeder } from "./line-feeder.ts";
import type { LineQueue } from "./line-queue.ts";
import type { OutstandingLine, OutstandingLines } from "./outstanding-lines.ts";
import type { ReplyCollector } from "./reply-collector.ts";

/** How often jobs are checked: one that is gone without an answer was lost. */
const sweepEveryMs = 15_000;
const shortestPauseMs = 50;
const longestPauseMs = 1_000;
/** Calls in flight may finish within this time when a batch is cancelled or expires. */
const mostWindDownMs = 600_000;

/** Why the execution of a batch's lines ended. */
export type ExecutionEnd = "all-reported" | "cancelled" | "expired" | "stopped";

/** Feeds the lines of one batch to the queue and collects their results. */
export class LineExecution {
  readonly #deps: ExecutionDeps;
  /** Whether lines of an earlier leader may be under way that are not known here yet. */
  #mustTakeOver: boolean;
  #sweptAt = performance.now();
  #pauseMs = shortestPauseMs;
  readonly #retry: OutageRetry;

  constructor(deps: ExecutionDeps) {
    this.#deps = deps;
    this.#mustTakeOver = deps.isTakeOver;
    const { batch, stop, logger } = deps;
    this.#retry = new OutageRetry({
      batchId: batch.id,
      stop,
      // Redis may have lost jobs.
      onOutage: () => {
        this.#sweptAt = Number.NEGATIVE_INFINITY;
      },
      logger,
    });
  }

  /**
   * Runs until every line has a result, or something else ends it. Outages of Redis and the storage
   * are waited for.
   *
   * @throws any other error, such as a lost lease.
   */
  async run(): Promise<ExecutionEnd> {
    for (;;) {
      const end = await this.#retry.attempt(
        ["redis-outage", "storage-outage"],
        async () => {
          const reason = await this.#findEnd();
          if (reason) return reason;
          await this.#takeOver();
          return this.#step();
        },
      );
      if (end) return end;
    }
  }

  /**
   * Ends the execution early: lines without a result get this error, except those whose calls are in
   * flight, also for an earlier leader. Outages of Redis are waited for.
   *
   * @throws any other error.
   */
  async windDown(code: LineErrorCode): Promise<void> {
    const { feeder, collector, lineQueue, stop } = this.#deps;
    const deadline = performance.now() + mostWindDownMs;
    let held: OutstandingLine[] | undefined;
    while (!stop.aborted) {
      const isDone = await this.#retry.attempt(["redis-outage"], async () => {
        // Not before the end is known: reading the input needs the storage, which may be away for long.
        await this.#takeOver();
        held ??= await feeder.withdraw();
        const done = await lineQueue.findDone(held);
        const gone = new Set(done.map(({ line }) => line));
        await collector.take();
        held = held.filter((line) => !gone.has(line) && this.#isQueued(line));
        if (held.length > 0 && performance.now() < deadline) {
          await sleep(longestPauseMs / 4);
          return false;
        }
        // Answers are stored first, in case the rest of the input is unreadable.
        await collector.store();
        await feeder.failRest(code, () => collector.storeIfFull());
        await collector.store();
        return true;
      });
      if (isDone) return;
    }
  }

  async #step(): Promise<ExecutionEnd | undefined> {
    const { batch, results, feeder, collector, stop } = this.#deps;
    if (stop.aborted) {
      await collector.store();
      return "stopped";
    }
    const replies = await collector.take();
    if (performance.now() - this.#sweptAt > sweepEveryMs) await this.#sweep();
    const fed = await feeder.feed();
    if (results.size >= batch.total) {
      await collector.store();
      return "all-reported";
    }
    await collector.storeIfDue();
    this.#requireLines();
    await this.#pause(replies + fed > 0);
    return undefined;
  }

  /** Whether the batch is cancelled or has expired. It does not need the storage, which may be away. */
  async #findEnd(): Promise<"cancelled" | "expired" | undefined> {
    const { batch, readStatus, clock, stop } = this.#deps;
    if (stop.aborted) return undefined;
    if ((await readStatus()) === "cancelling") return "cancelled";
    return clock.now() >= batch.expiresAt ? "expired" : undefined;
  }

  /** @throws when lines have no result and no line could still get one. */
  #requireLines(): void {
    const { batch, input, outstanding, results } = this.#deps;
    const isAtEnd = input.hasEnded && outstanding.size === 0;
    if (isAtEnd && results.size < batch.total) {
      throw new Error("The input has fewer lines than were counted");
    }
  }

  /** Finds the lines that an earlier leader has put on the queue, once. */
  async #takeOver(): Promise<void> {
    if (!this.#mustTakeOver) return;
    const { feeder, collector, outstanding } = this.#deps;
    outstanding.inherit(await this.#deps.readRetries());
    await collector.take();
    const done = await feeder.loadInherited();
    // What was answered between the two polls is on the stream now.
    await collector.take();
    for (const { line, isKept } of done) {
      const isOutstanding = outstanding.find(line.request.line) === line;
      if (isKept && isOutstanding) {
        outstanding.putBack(line, { afterMs: 0, isTry: false });
      }
    }
    this.#mustTakeOver = false;
  }

  /** Puts lines on the queue again whose jobs have vanished. */
  async #sweep(): Promise<void> {
    const { batch, outstanding, lineQueue, collector, logger } = this.#deps;
    const isAfterFault = this.#sweptAt === Number.NEGATIVE_INFINITY;
    const latest = Date.now() - (isAfterFault ? 0 : sweepEveryMs);
    const done = await lineQueue.findDone(outstanding.queuedSince(latest));
    // A worker replies before it gives up a job.
    if (done.length > 0) await collector.take();
    const lost = done.filter(({ line }) => this.#isQueued(line));
    for (const { line } of lost) {
      outstanding.putBack(line, { afterMs: 0, isTry: false });
    }
    if (lost.length > 0) {
      const { id: batchId } = batch;
      logger.warn({ batchId, lines: lost.length }, "Sent lost lines again");
    }
    this.#sweptAt = performance.now();
  }

  #isQueued(line: OutstandingLine): boolean {
    const known = this.#deps.outstanding.find(line.request.line);
    return known === line && line.state === "queued";
  }

  async #pause(wasBusy: boolean): Promise<void> {
    this.#pauseMs = wasBusy
      ? shortestPauseMs
      : Math.min(this.#pauseMs * 1.5, longestPauseMs);
    await sleep(this.#pauseMs, undefined, { signal: this.#deps.stop }).catch(
      () => undefined,
    );
  }
}

type ExecutionDeps = {
  readonly batch: BatchRecord;
  readonly results: Results;
  readonly input: InputReader;
  readonly outstanding: OutstandingLines;
  readonly feeder: LineFeeder;
  readonly collector: ReplyCollector;
  readonly lineQueue: LineQueue;
  readonly clock: RedisClock;
  readonly readStatus: () => Promise<BatchStatus | undefined>;
  /** The lines that earlier leaders have put back. */
  readonly readRetries: () => Promise<ReadonlyMap<number, LineRetry>>;
  /** Whether another leader may have fed lines before. */
  readonly isTakeOver: boolean;
  readonly stop: AbortSignal;
  readonly logger: Logger;
};
