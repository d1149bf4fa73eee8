import {
  type PriorityName,
  priorityName,
  priorityNames,
} from "@openrouter-free-pool/shared/queue/priorities";

/** After so many calls for more urgent requests, a less urgent one has its turn. */
const overtakingCalls = 20;

/**
 * Gives each less urgent priority about one call in 21, so that they never starve
 * behind a constant stream of more urgent ones.
 */
export class Overtaking {
  readonly #moveToFront: (name: PriorityName) => Promise<void>;
  readonly #overtaken = new Map<PriorityName, number>();

  /** @param moveToFront lets the longest waiting request of a priority be the next one. */
  constructor(moveToFront: (name: PriorityName) => Promise<void>) {
    this.#moveToFront = moveToFront;
  }

  /** Counts a call for a request of this priority. */
  async countCall(priority: number): Promise<void> {
    const served = priorityName(priority);
    this.#overtaken.set(served, 0);
    const lessUrgent = priorityNames.slice(priorityNames.indexOf(served) + 1);
    for (const name of lessUrgent) {
      const calls = (this.#overtaken.get(name) ?? 0) + 1;
      const isDue = calls >= overtakingCalls;
      this.#overtaken.set(name, isDue ? 0 : calls);
      if (isDue) await this.#moveToFront(name);
    }
  }
}
