import { percentile } from "../../../support/percentile.ts";

/** What became of requests since the last look. */
export type TrafficFigures = {
  readonly sent: number;
  /** Had the answer that its kind expects. */
  readonly answered: number;
  /** Had another status, or a stream that ended with an error, by kind and status: `chat 503`. */
  readonly refused: Readonly<Record<string, number>>;
  /** Had no answer at all, whatever was tried; by kind and reason. */
  readonly lost: Readonly<Record<string, number>>;
  readonly hungUp: number;
  /** Exchanges that a broken connection made the client repeat. */
  readonly sentAgain: number;
  readonly batchLines: number;
  /** Of plain chat completions, in ms; not a number without any. */
  readonly p50Ms: number;
  readonly p99Ms: number;
};

/** Counts what becomes of requests. */
export class Tally {
  #counts = noCounts();

  get open(): number {
    return this.#open;
  }
  #open = 0;

  sent(): void {
    this.#counts.sent += 1;
    this.#open += 1;
  }

  sentAgain(): void {
    this.#counts.sentAgain += 1;
  }

  answered(tookMs?: number): void {
    this.#counts.answered += 1;
    this.#open -= 1;
    if (tookMs !== undefined) this.#counts.tookMs.push(tookMs);
  }

  refused(kind: string, status: number | string): void {
    addOne(this.#counts.refused, `${kind} ${status}`);
    this.#open -= 1;
  }

  lost(kind: string, reason: string): void {
    addOne(this.#counts.lost, `${kind}: ${reason}`);
    this.#open -= 1;
  }

  hungUp(): void {
    this.#counts.hungUp += 1;
    this.#open -= 1;
  }

  batchLines(lines: number): void {
    this.#counts.batchLines += lines;
  }

  /** The figures since the last call. */
  take(): TrafficFigures {
    const { tookMs, ...counts } = this.#counts;
    this.#counts = noCounts();
    return {
      ...counts,
      p50Ms: percentile(tookMs, 50),
      p99Ms: percentile(tookMs, 99),
    };
  }
}

function addOne(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

function noCounts() {
  return {
    sent: 0,
    answered: 0,
    refused: {} as Record<string, number>,
    lost: {} as Record<string, number>,
    hungUp: 0,
    sentAgain: 0,
    batchLines: 0,
    tookMs: [] as number[],
  };
}
