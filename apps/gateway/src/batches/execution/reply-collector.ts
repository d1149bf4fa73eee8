import {
  beforeAllReplies,
  nextReplyId,
  type StoredReply,
} from "@openrouter-free-pool/shared/replies/read-replies";
import type {
  AnswerReply,
  FailureReply,
} from "@openrouter-free-pool/shared/replies/reply";
import { LeaseLostError } from "../faults/lease-lost-error.ts";
import type { BatchRecord } from "../records/batch-record.ts";
import type { Results } from "../results/results.ts";
import { classifyReply, isLineReply } from "./classify-reply.ts";
import { lineOfJob } from "./line-queue.ts";
import type { OutstandingLine, OutstandingLines } from "./outstanding-lines.ts";

const repliesAtATime = 32;
/** Results are collected for this long to be stored together, */
const storeEveryMs = 1_000;
/** or until they have this size. */
const storeBytes = 1024 * 1024;

/**
 * Takes the replies to the lines of a batch off their stream: they are classified, stored, and only
 * then removed from the stream.
 */
export class ReplyCollector {
  readonly #deps: CollectorDeps;
  #lastReply = beforeAllReplies;
  #storedReply = beforeAllReplies;
  #storedAt = performance.now();
  /** What was not stored is read again by the next leader, and reported there. */
  readonly #unreported: (() => void)[] = [];

  constructor(deps: CollectorDeps) {
    this.#deps = deps;
  }

  /** Classifies all replies on the stream. @returns their number. */
  async take(): Promise<number> {
    let count = 0;
    for (;;) {
      await this.storeIfFull();
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

  /** Stores what was collected. @throws when another gateway leads the batch by now. */
  async store(): Promise<void> {
    const { results, outstanding } = this.#deps;
    const lastReply = this.#lastReply;
    const outcome = await results.store(
      lastReply === this.#storedReply ? undefined : nextReplyId(lastReply),
      outstanding.retryChanges,
    );
    if (outcome === "lease-lost") throw new LeaseLostError();
    outstanding.markStored();
    this.#storedReply = lastReply;
    this.#storedAt = performance.now();
    for (const report of this.#unreported.splice(0)) report();
  }

  async storeIfDue(): Promise<void> {
    const ageMs = performance.now() - this.#storedAt;
    if (ageMs >= storeEveryMs) await this.store();
    else await this.storeIfFull();
  }

  async storeIfFull(): Promise<void> {
    if (this.#deps.results.pendingBytes >= storeBytes) await this.store();
  }

  async #settle({ jobId, reply }: StoredReply): Promise<void> {
    const { batch, results, outstanding, loadThrough, prepareReport } =
      this.#deps;
    const number = lineOfJob(batch.id, jobId);
    if (number === undefined || results.has(number)) return;
    if (!isLineReply(reply)) return;
    // An earlier leader fed it; this one has not read that far.
    await loadThrough(number);
    const line = outstanding.find(number);
    if (!line) return;
    const outcome = classifyReply(batch.id, line.request, reply, line.tries);
    if (outcome.kind === "again") {
      outstanding.putBack(line, outcome);
      return;
    }
    results.add(outcome.entry);
    outstanding.remove(number);
    if (reply.kind !== "orphaned") {
      this.#unreported.push(prepareReport(line, reply));
    }
  }
}

type CollectorDeps = {
  readonly batch: BatchRecord;
  readonly results: Results;
  readonly outstanding: OutstandingLines;
  readonly readReplies: (
    after: string,
    count: number,
  ) => Promise<StoredReply[]>;
  /** Reads the input up to at least this line. */
  readonly loadThrough: (line: number) => Promise<void>;
  /**
   * Prepares the report of the end of a line that was put on the queue. It is made once the result is stored, which only
   * one leader does, and must not keep the bodies until then.
   */
  readonly prepareReport: (
    line: OutstandingLine,
    reply: AnswerReply | FailureReply,
  ) => () => void;
};
