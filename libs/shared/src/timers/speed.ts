/** The time over which the rate is measured. */
const spanMs = 30_000;

/** Measures the rate of progress. */
export class Speed {
  #samples: { readonly at: number; readonly count: number }[] = [];

  /** Records the progress so far. Time in ms on a monotonic clock. */
  record(at: number, count: number): void {
    this.#samples.push({ at, count });
    while ((this.#samples[1]?.at ?? at) < at - spanMs) this.#samples.shift();
  }

  /** Per second, over the last half minute; undefined when there are too few records. */
  get perSecond(): number | undefined {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (!first || !last || last.at - first.at < 1_000) return undefined;
    return ((last.count - first.count) / (last.at - first.at)) * 1_000;
  }
}
