import type { BatchRequest } from "../input/parse-request.ts";
import type { LineRetry, RetryChanges } from "../records/line-retry.ts";

/** A line that has been read and has no result yet. */
export type OutstandingLine = {
  readonly request: BatchRequest;
  /** 0 for its first job, one more for each job that replaced a lost one. */
  jobNumber: number;
  /** How many calls of it have failed. */
  tries: number;
  /** `waiting`: to be put on the queue at `readyAt`; `queued`: has a job, as far as is known. */
  state: "waiting" | "queued";
  /** When it may be put on the queue, ms since the epoch. */
  readyAt: number;
  /** When it was put on the queue, ms since the epoch. */
  queuedAt: number;
};

/** The lines of a batch that are under way. They are few, and kept in memory. */
export class OutstandingLines {
  readonly #byNumber = new Map<number, OutstandingLine>();
  readonly #changes = new Map<number, LineRetry | undefined>();
  #inherited: ReadonlyMap<number, LineRetry> = new Map();
  #bytes = 0;

  get size(): number {
    return this.#byNumber.size;
  }

  /** Size of all bodies. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What the next leader must know and is not stored yet. */
  get retryChanges(): RetryChanges {
    return this.#changes;
  }

  /** Records that {@link retryChanges} are stored. */
  markStored(): void {
    this.#changes.clear();
  }

  /** Lines that are added from now on continue as an earlier leader left them. */
  inherit(retries: ReadonlyMap<number, LineRetry>): void {
    this.#inherited = retries;
  }

  add(request: BatchRequest): void {
    this.#bytes += request.body.length;
    const retry = this.#inherited.get(request.line);
    this.#byNumber.set(request.line, {
      request,
      jobNumber: retry?.jobNumber ?? 0,
      tries: retry?.tries ?? 0,
      state: "waiting",
      readyAt: 0,
      queuedAt: 0,
    });
  }

  find(line: number): OutstandingLine | undefined {
    return this.#byNumber.get(line);
  }

  /** Records that lines have their jobs. */
  markQueued(lines: readonly OutstandingLine[]): void {
    for (const line of lines) {
      line.state = "queued";
      line.queuedAt = Date.now();
    }
  }

  /**
   * Lets a line wait for a new job, until the job's number is stored at least: the next leader must
   * find that job.
   */
  putBack(
    line: OutstandingLine,
    { afterMs, isTry }: { afterMs: number; isTry: boolean },
  ): void {
    line.state = "waiting";
    line.readyAt = Date.now() + afterMs;
    line.jobNumber += 1;
    if (isTry) line.tries += 1;
    const { jobNumber, tries } = line;
    this.#changes.set(line.request.line, { jobNumber, tries });
  }

  remove(number: number): void {
    const line = this.#byNumber.get(number);
    if (!line) return;
    this.#bytes -= line.request.body.length;
    this.#byNumber.delete(number);
    if (line.jobNumber > 0) this.#changes.set(number, undefined);
  }

  all(): OutstandingLine[] {
    return [...this.#byNumber.values()];
  }

  /** Lines that may be put on the queue by now. */
  ready(now: number): OutstandingLine[] {
    return this.all().filter(
      ({ state, readyAt, request }) =>
        state === "waiting" &&
        readyAt <= now &&
        !this.#changes.has(request.line),
    );
  }

  /** Lines that have had a job since `latest` (ms since the epoch) or longer. */
  queuedSince(latest: number): OutstandingLine[] {
    return this.all().filter(
      ({ state, queuedAt }) => state === "queued" && queuedAt <= latest,
    );
  }
}
