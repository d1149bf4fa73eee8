import type { InputReader } from "../input/input-reader.ts";
import { isRejected } from "../input/parse-request.ts";
import type { BatchRecord } from "../records/batch-record.ts";
import {
  failedEntry,
  type LineErrorCode,
  rejectedEntry,
} from "../results/output-line.ts";
import type { Results } from "../results/results.ts";
import type { DoneLine, LineQueue } from "./line-queue.ts";
import type { OutstandingLine, OutstandingLines } from "./outstanding-lines.ts";

/** At most so many lines that cannot be sent are read at once; then progress is stored. */
const mostRejected = 1_000;

/** Reads the lines of a batch and puts them on the queue, a few at a time. */
export class LineFeeder {
  readonly #deps: FeederDeps;

  constructor(deps: FeederDeps) {
    this.#deps = deps;
  }

  /** @returns the number of lines put on the queue, and of those that cannot be sent. */
  async feed(): Promise<number> {
    const { batch, results, outstanding, lineQueue, bounds } = this.#deps;
    const queued = outstanding.queuedSince(Date.now()).length;
    const allowed = await this.#deps.allow(batch.total - results.size - queued);
    const ready = outstanding.ready(Date.now()).length;
    const room = bounds().lines - outstanding.size;
    // One more than may go now: lines that cannot be sent need no turn.
    const wanted = Math.max(allowed, 1) - ready;
    const rejected = await this.#load(Math.min(wanted, room));
    if (allowed <= 0) return rejected;
    const lines = outstanding.ready(Date.now()).slice(0, allowed);
    await lineQueue.add(lines);
    outstanding.markQueued(lines);
    this.#deps.spend(lines.length);
    return lines.length + rejected;
  }

  /** Reads the input up to at least this line. */
  async loadThrough(line: number): Promise<void> {
    const { input } = this.#deps;
    while (input.lastRead < line && !input.hasEnded) await this.#loadNext();
  }

  /**
   * Finds out which of the next lines an earlier leader has put on the queue, also those beyond this
   * one's bounds: it may have led fewer batches.
   *
   * @returns those without a reply to come.
   */
  async loadInherited(): Promise<DoneLine[]> {
    const { outstanding, bounds } = this.#deps;
    const done: DoneLine[] = [];
    await this.#load(bounds().lines - outstanding.size);
    for (let checked = 0; checked < outstanding.size; ) {
      const lines = outstanding.all().slice(checked);
      checked = outstanding.size;
      done.push(...(await this.#findDone(lines)));
      // Lines are fed in their order.
      const lastOnes = lines.slice(Math.floor(lines.length / 2));
      if (!lastOnes.some(hasBeenFed)) break;
      await this.#load(bounds().lines, outstanding.bytes + bounds().bytes);
    }
    return done;
  }

  /** Tells the lines that have an open job from the others. @returns the others. */
  async #findDone(inherited: readonly OutstandingLine[]): Promise<DoneLine[]> {
    const { outstanding, lineQueue } = this.#deps;
    const ready = new Set(outstanding.ready(Date.now()));
    const lines = inherited.filter((line) => ready.has(line));
    const done = await lineQueue.findDone(lines);
    const isDone = new Set(done.map(({ line }) => line));
    outstanding.markQueued(lines.filter((line) => !isDone.has(line)));
    return done;
  }

  /** Gives all remaining lines this error, including those not read yet. */
  async failRest(
    code: LineErrorCode,
    storeIfFull: () => Promise<void>,
  ): Promise<void> {
    const { batch, input, results, outstanding } = this.#deps;
    for (const { request } of outstanding.all()) {
      results.add(failedEntry(batch.id, request, code));
    }
    for (;;) {
      const parsed = await input.next();
      if (!parsed) return;
      results.add(
        isRejected(parsed)
          ? rejectedEntry(batch.id, parsed)
          : failedEntry(batch.id, parsed, code),
      );
      await storeIfFull();
    }
  }

  /** Takes the lines off the queue. @returns those that workers hold. */
  withdraw(): Promise<OutstandingLine[]> {
    const { outstanding, lineQueue } = this.#deps;
    return lineQueue.withdraw(outstanding.queuedSince(Date.now()));
  }

  /** Reads lines from the file, as many as fit. @returns how many of them cannot be sent. */
  async #load(
    count: number,
    mostBytes = this.#deps.bounds().bytes,
  ): Promise<number> {
    const { input, outstanding } = this.#deps;
    let loaded = 0;
    let rejected = 0;
    while (loaded < count && rejected < mostRejected) {
      if (input.hasEnded || outstanding.bytes >= mostBytes) break;
      if (await this.#loadNext()) loaded += 1;
      else rejected += 1;
    }
    return rejected;
  }

  /** @returns whether the line can be sent. */
  async #loadNext(): Promise<boolean> {
    const { batch, input, results, outstanding } = this.#deps;
    const parsed = await input.next();
    if (!parsed) return false;
    if (isRejected(parsed)) results.add(rejectedEntry(batch.id, parsed));
    else outstanding.add(parsed);
    return !isRejected(parsed);
  }
}

function hasBeenFed({ state, jobNumber }: OutstandingLine): boolean {
  return state === "queued" || jobNumber > 0;
}

type FeederDeps = {
  readonly batch: BatchRecord;
  readonly input: InputReader;
  readonly results: Results;
  readonly outstanding: OutstandingLines;
  readonly lineQueue: LineQueue;
  /** How many lines may be fed now. */
  readonly allow: (remaining: number) => Promise<number>;
  readonly spend: (lines: number) => void;
  /** Lines that may be under way at a time. */
  readonly bounds: () => { readonly lines: number; readonly bytes: number };
};
