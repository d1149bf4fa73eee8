import { RequestError } from "./request-error.ts";

/** How long a gateway that restarts is waited for. */
const usualPatienceMs = 300_000;

/** Measures how long requests have failed in a row, and says when to give up. */
export class Outage {
  readonly #patienceMs: number;
  #answeredAt = performance.now();

  constructor(patienceMs = usualPatienceMs) {
    this.#patienceMs = patienceMs;
  }

  /** An answer has come: the outage is over. */
  end(): void {
    this.#answeredAt = performance.now();
  }

  /**
   * Checks whether a request that has failed is worth another try.
   *
   * @throws the error itself when it does not pass, or the outage is too long.
   */
  check(error: unknown): void {
    const isPassing = error instanceof RequestError && error.isPassing;
    const waitedMs = performance.now() - this.#answeredAt;
    if (!isPassing || waitedMs > this.#patienceMs) throw error;
  }
}
