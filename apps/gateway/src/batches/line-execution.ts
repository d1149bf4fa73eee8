import { setTimeout as sleep } from "node:timers/promises";
import {
  beforeAllReplies,
  nextReplyId,
  type StoredReply,
} from "@openrouter-free-pool/shared/replies/read-replies";
import type { Logger } from "pino";
import type { BatchRecord, BatchStatus } from "./batch-record.ts";
import type { InputReader } from "./input-reader.ts";
import { isLineReply, judgeReply } from "./judge-reply.ts";
import { type LineQueue, lineOfJob } from "./line-queue.ts";
import { failedEntry, type LineErrorCode } from "./output-line.ts";
import { type OutstandingLine, OutstandingLines } from "./outstanding-lines.ts";
import type { Results } from "./results.ts";

const repliesAtATime = 32;
/** Results wait this long to be stored together, */
const storeEveryMs = 1_000;
/** or until there are so many. */
const storeBytes = 1024 * 1024;
/** A job that is gone and has not been answered was lost; looked for this often. */
const sweepEveryMs = 15_000;
const shortestPauseMs = 50;
const longestPauseMs = 1_000;
/** Calls in flight are let finish for this long when a batch is cancelled or expires. */
const mostWindDownMs = 600_000;

/** Why the execution of a batch's lines came to its end. */
export type ExecutionEnd = "all-reported" | "cancelled" | "expired" | "stopped";

/** What the execution of one batch works with. */
export type ExecutionDeps = {
  readonly batch: BatchRecord;
  readonly input: InputReader;
  readonly results: Results;
  readonly lineQueue: LineQueue;
  readonly readReplies: (
    after: string,
    count: number,
  ) => Promise<StoredReply[]>;
  readonly readStatus: () => Promise<BatchStatus | undefined>;
  /** Is told the HTTP status of each answer that is reported. */
  readonly onAnswer: (status: number) => void;
  /** How many lines may be fed now. */
  readonly allow: (remaining: number) => Promise<number>;
  readonly spend: (lines: number) => void;
  /** Lines that may be under way at a time. */
  readonly bounds: () => { readonly lines: number; readonly bytes: number };
  /** Whether another leader may have fed lines before. */
  readonly isTakeOver: boolean;
  readonly stop: AbortSignal;
  readonly logger: Logger;
};

/** Feeds the lines of one batch to the queue and collects their results. */
export class LineExecution {
  readonly #deps: ExecutionDeps;
  readonly #outstanding = new OutstandingLines();
  #lastReply = beforeAllReplies;
  #storedReply = beforeAllReplies;
  #storedAt = performance.now();
  #sweptAt = performance.now();
  #pauseMs = shortestPauseMs;

  constructor(deps: ExecutionDeps) {
    this.#deps = deps;
  }

  /** Runs until every line has a result, or something else ends it. Redis may come and go. */
  async run(): Promise<ExecutionEnd> {
    let hasStarted = false;
    for (;;) {
      const end = await this.#attempt(async () => {
        if (!hasStarted && this.#deps.isTakeOver) await this.#takeOver();
        hasStarted = true;
        return this.#step();
      });
      if (end) return end;
    }
  }

  /** Ends the execution early: lines without a result get this error. */
  async windDown(code: LineErrorCode): Promise<void> {
    const deadline = performance.now() + mostWindDownMs;
    let held: OutstandingLine[] | undefined;
    for (;;) {
      const isDone = await this.#attempt(async () => {
        held ??= await this.#deps.lineQueue.withdraw(
          this.#outstanding.queuedSince(Date.now()),
        );
        const done = await this.#deps.lineQueue.findDone(held);
        const gone = new Set(done.map(({ line }) => line));
        await this.#takeReplies();
        held = held.filter((line) => !gone.has(line) && this.#isQueued(line));
        if (held.length > 0 && performance.now() < deadline) return undefined;
        await this.#failRest(code);
        return this.#store();
      });
      if (isDone || this.#deps.stop.aborted) return;
    }
  }

  async #step(): Promise<ExecutionEnd | undefined> {
    const { batch, results, stop, readStatus } = this.#deps;
    if (stop.aborted) {
      await this.#store();
      return "stopped";
    }
    const replies = await this.#takeReplies();
    if ((await readStatus()) === "cancelling") return "cancelled";
    if (Date.now() >= batch.expiresAt) return "expired";
    if (performance.now() - this.#sweptAt > sweepEveryMs) {
      await this.#sweep(Date.now() - sweepEveryMs);
    }
    const fed = await this.#feed();
    if (results.size >= batch.total) {
      await this.#store();
      return "all-reported";
    }
    await this.#storeIfDue();
    await this.#pause(replies + fed > 0);
    return undefined;
  }

  /** Whatever fails (Redis or storage is away) is tried again; each step can be repeated. */
  async #attempt<Value>(
    step: () => Promise<Value>,
  ): Promise<Value | "stopped" | undefined> {
    try {
      return await step();
    } catch (error) {
      const { batch, stop, logger } = this.#deps;
      if (stop.aborted) return "stopped";
      logger.warn({ batchId: batch.id, err: error }, "A batch is held up");
      // Redis may have lost jobs.
      this.#sweptAt = Number.NEGATIVE_INFINITY;
      await sleep(longestPauseMs);
      return undefined;
    }
  }

  /** Finds out which of the next lines an earlier leader has put on the queue. */
  async #takeOver(): Promise<void> {
    await this.#takeReplies();
    await this.#load(this.#deps.bounds().lines);
    const lines = this.#outstanding.ready(Date.now());
    const done = await this.#deps.lineQueue.findDone(lines);
    const isDone = new Set(done.map(({ line }) => line));
    for (const line of lines) {
      if (!isDone.has(line)) markQueued(line);
    }
    // What was answered between the two looks is on the stream now.
    await this.#takeReplies();
    for (const { line, isKept } of done) {
      if (isKept) line.round += 1;
    }
  }

  async #takeReplies(): Promise<number> {
    let count = 0;
    for (;;) {
      if (this.#deps.results.pendingBytes >= storeBytes) await this.#store();
      const replies = await this.#deps.readReplies(
        this.#lastReply,
        repliesAtATime,
      );
      for (const reply of replies) {
        await this.#settle(reply);
        this.#lastReply = reply.id;
      }
      count += replies.length;
      if (replies.length < repliesAtATime) return count;
    }
  }

  async #settle({ jobId, reply }: StoredReply): Promise<void> {
    const { batch, input, results } = this.#deps;
    const line = lineOfJob(batch.id, jobId);
    if (line === undefined || results.has(line)) return;
    if (!isLineReply(reply)) return;
    // An earlier leader had fed it; we have not come that far in the file.
    while (input.lastRead < line && !input.hasEnded) await this.#loadNext();
    const outstanding = this.#outstanding.find(line);
    if (!outstanding) return;
    const { request, tries } = outstanding;
    const verdict = judgeReply(batch.id, request, reply, tries);
    if (verdict.kind === "report") {
      results.add(verdict.entry);
      if (reply.kind === "answer") this.#deps.onAnswer(reply.status);
      this.#outstanding.remove(line);
      return;
    }
    outstanding.state = "waiting";
    outstanding.readyAt = Date.now() + verdict.afterMs;
    outstanding.round += 1;
    if (verdict.isTry) outstanding.tries += 1;
  }

  /** Reads lines from the file, as many as fit. */
  async #load(count: number): Promise<void> {
    const { input, bounds } = this.#deps;
    for (let loaded = 0; loaded < count; loaded += 1) {
      if (input.hasEnded || this.#outstanding.bytes >= bounds().bytes) return;
      await this.#loadNext();
    }
  }

  async #loadNext(): Promise<void> {
    const request = await this.#deps.input.next();
    if (request) this.#outstanding.add(request);
  }

  /** @returns the number of lines put on the queue. */
  async #feed(): Promise<number> {
    const { batch, results, lineQueue, bounds, allow, spend } = this.#deps;
    const queued = this.#outstanding.queuedSince(Date.now()).length;
    const allowed = await allow(batch.total - results.size - queued);
    if (allowed <= 0) return 0;
    const ready = this.#outstanding.ready(Date.now()).length;
    const room = bounds().lines - this.#outstanding.size;
    await this.#load(Math.min(allowed - ready, room));
    const lines = this.#outstanding.ready(Date.now()).slice(0, allowed);
    await lineQueue.add(lines);
    for (const line of lines) markQueued(line);
    spend(lines.length);
    return lines.length;
  }

  /** Puts lines on the queue again whose jobs have vanished. */
  async #sweep(latest: number): Promise<void> {
    const { lineQueue, logger, batch } = this.#deps;
    const lines = this.#outstanding.queuedSince(latest);
    const done = await lineQueue.findDone(lines);
    // A worker replies before it lets go of a job.
    if (done.length > 0) await this.#takeReplies();
    const lost = done.filter(({ line }) => this.#isQueued(line));
    for (const { line } of lost) {
      line.state = "waiting";
      line.round += 1;
    }
    if (lost.length > 0) {
      logger.warn(
        { batchId: batch.id, lines: lost.length },
        "Sent lost lines again",
      );
    }
    this.#sweptAt = performance.now();
  }

  #isQueued(line: OutstandingLine): boolean {
    const known = this.#outstanding.find(line.request.line);
    return known === line && line.state === "queued";
  }

  async #failRest(code: LineErrorCode): Promise<void> {
    const { batch, input, results } = this.#deps;
    for (const { request } of this.#outstanding.all()) {
      results.add(failedEntry(batch.id, request, code));
    }
    for (;;) {
      const request = await input.next();
      if (!request) return;
      results.add(failedEntry(batch.id, request, code));
      if (results.pendingBytes >= storeBytes) await this.#store();
    }
  }

  async #storeIfDue(): Promise<void> {
    const ageMs = performance.now() - this.#storedAt;
    const isFull = this.#deps.results.pendingBytes >= storeBytes;
    if (ageMs >= storeEveryMs || isFull) await this.#store();
  }

  /** @returns true, or throws when the lease was lost. */
  async #store(): Promise<true> {
    const isTrimDue = this.#lastReply !== this.#storedReply;
    const lastReply = this.#lastReply;
    const outcome = await this.#deps.results.store(
      isTrimDue ? nextReplyId(lastReply) : undefined,
    );
    if (outcome === "lease-lost") throw new Error("Another gateway leads now");
    this.#storedReply = lastReply;
    this.#storedAt = performance.now();
    return true;
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

function markQueued(line: OutstandingLine): void {
  line.state = "queued";
  line.queuedAt = Date.now();
}
