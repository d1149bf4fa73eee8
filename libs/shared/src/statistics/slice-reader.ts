import type { Redis } from "ioredis";
import { type Slices, settleMs, sliceAt } from "./slices.ts";

type Settled<Counts> = {
  readonly counts: Counts;
  /** The slice's mark when it was read: another one says that counts came late. */
  readonly mark: string | undefined;
};

/** Less than what a slice has until it is settled. */
const leastSetBackMs = 1_000;

/** Reads slices of time; one that has ended is read once, and again only where counts came late. */
export class SliceReader<Counts> {
  readonly #redis: Redis;
  readonly #slices: Slices;
  readonly #decode: (hash: Readonly<Record<string, string>>) => Counts;
  readonly #settled = new Map<number, Settled<Counts>>();
  /** Redis's clock at the last read, and this process's own at that time, which is never set. */
  #lastNow = Number.NEGATIVE_INFINITY;
  #lastAt = 0;

  constructor(deps: {
    redis: Redis;
    slices: Slices;
    decode: (hash: Readonly<Record<string, string>>) => Counts;
  }) {
    this.#redis = deps.redis;
    this.#slices = deps.slices;
    this.#decode = deps.decode;
  }

  /**
   * The slices of the last `spanMs` by their numbers, oldest first, the current one included.
   *
   * @param now by Redis's clock, in ms since the epoch.
   */
  async read(spanMs: number, now: number): Promise<Map<number, Counts>> {
    const last = sliceAt(this.#slices, now);
    const first = sliceAt(this.#slices, now - spanMs) + 1;
    // Before the slices: counts that come meanwhile are read now, and once more the next time.
    const marks = await this.#readMarks();
    this.#forget(first, marks);
    this.#forgetFuture(now);
    const slices = Array.from(
      { length: last - first + 1 },
      (_, index) => first + index,
    );
    const read = await Promise.all(
      slices.map(async (slice) => {
        const counts =
          this.#settled.get(slice)?.counts ?? (await this.#fetch(slice));
        return [slice, counts] as const;
      }),
    );
    for (const [slice, counts] of read) {
      if (this.#settled.has(slice) || !this.#isSettled(slice, now)) continue;
      this.#settled.set(slice, { counts, mark: marks.get(slice) });
    }
    return new Map(read);
  }

  /** Whether all counts of a slice should be there: those that come from now on are late, and give it a mark. */
  #isSettled(slice: number, now: number): boolean {
    return now - (slice + 1) * this.#slices.sliceMs > settleMs;
  }

  async #fetch(slice: number): Promise<Counts> {
    return this.#decode(await this.#redis.hgetall(this.#slices.keyOf(slice)));
  }

  async #readMarks(): Promise<ReadonlyMap<number, string>> {
    const { lateKey } = this.#slices;
    const pairs = await this.#redis.zrange(lateKey, 0, "-1", "WITHSCORES");
    const marks = new Map<number, string>();
    for (let at = 0; at < pairs.length; at += 2) {
      marks.set(Number(pairs[at]), pairs[at + 1] ?? "");
    }
    return marks;
  }

  #forget(before: number, marks: ReadonlyMap<number, string>): void {
    for (const [slice, { mark }] of this.#settled) {
      if (slice < before || mark !== marks.get(slice)) {
        this.#settled.delete(slice);
      }
    }
  }

  /** Where Redis's clock was set back, counts come in time to slices that were taken for settled. */
  #forgetFuture(now: number): void {
    const at = performance.now();
    const setBackMs = this.#lastNow + at - this.#lastAt - now;
    if (setBackMs > leastSetBackMs) {
      for (const slice of this.#settled.keys()) {
        const isSettled = this.#isSettled(slice, this.#lastNow - setBackMs);
        if (!isSettled) this.#settled.delete(slice);
      }
    }
    this.#lastNow = now;
    this.#lastAt = at;
  }
}
