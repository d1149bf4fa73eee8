import type { BatchRequest } from "../input/parse-request.ts";

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
  #bytes = 0;

  get size(): number {
    return this.#byNumber.size;
  }

  /** Size of all bodies. */
  get bytes(): number {
    return this.#bytes;
  }

  add(request: BatchRequest): void {
    this.#bytes += request.body.length;
    this.#byNumber.set(request.line, {
      request,
      jobNumber: 0,
      tries: 0,
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

  /** Lets a line wait for a new job. */
  putBack(
    line: OutstandingLine,
    { afterMs, isTry }: { afterMs: number; isTry: boolean },
  ): void {
    line.state = "waiting";
    line.readyAt = Date.now() + afterMs;
    line.jobNumber += 1;
    if (isTry) line.tries += 1;
  }

  remove(line: number): void {
    this.#bytes -= this.#byNumber.get(line)?.request.body.length ?? 0;
    this.#byNumber.delete(line);
  }

  all(): OutstandingLine[] {
    return [...this.#byNumber.values()];
  }

  /** Lines that may be put on the queue by now. */
  ready(now: number): OutstandingLine[] {
    return this.all().filter(
      ({ state, readyAt }) => state === "waiting" && readyAt <= now,
    );
  }

  /** Lines that have had a job since `latest` (ms since the epoch) or longer. */
  queuedSince(latest: number): OutstandingLine[] {
    return this.all().filter(
      ({ state, queuedAt }) => state === "queued" && queuedAt <= latest,
    );
  }
}
