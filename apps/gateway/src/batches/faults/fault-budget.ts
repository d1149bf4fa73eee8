const firstPauseMs = 1_000;
const longestPauseMs = 60_000;

/** The growing pause after the 1-based attempt number of something that throws. */
export function pauseAfter(attempt: number, mostMs = longestPauseMs): number {
  return Math.min(firstPauseMs * 2 ** (attempt - 1), mostMs);
}

/** Input of {@link FaultBudget.record}. */
type Fault = {
  /** A text that changes with each progress of the batch; counting restarts then. */
  readonly progress: string;
  /** False for an outage, which may last for any time. */
  readonly isCounted: boolean;
  /** Counted faults in a row that end the batch. */
  readonly mostTries: number;
};

/** Counts the faults of one batch since its last progress, and decides whether to try again. */
export class FaultBudget {
  #progress: string | undefined;
  #attempts = 0;
  #counted = 0;

  /** @returns the pause before the next try in ms; undefined when there is none. */
  record({ progress, isCounted, mostTries }: Fault): number | undefined {
    if (progress !== this.#progress) {
      this.#progress = progress;
      this.#attempts = 0;
      this.#counted = 0;
    }
    this.#attempts += 1;
    if (isCounted) this.#counted += 1;
    return this.#counted >= mostTries ? undefined : pauseAfter(this.#attempts);
  }
}
