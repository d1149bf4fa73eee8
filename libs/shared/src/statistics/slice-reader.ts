import type { Redis } from "ioredis";
import { type Slices, settleMs, sliceAt } from "./slices.ts";

type Settled<Counts> = {
  readonly counts: Counts;
  /** The slice's mark when it was read: another one says that counts came late. */
  readonly mark: string | undefined;
};

/** Reads slices of time; one that has ended is read once, and again only where counts came late. */
export class SliceReader<Counts> {
  readonly #redis: Redis;
  readonly #slices: Slices;
  readonly #decode: (hash: Readonly<Record<string, string>>) => Counts;
  readonly #settled = new Map<number, Settled<Counts>>();

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
      const endsAt = (slice + 1) * this.#slices.sliceMs;
      if (this.#settled.has(slice) || now - endsAt <= settleMs) continue;
      this.#settled.set(slice, { counts, mark: marks.get(slice) });
    }
    return new Map(read);
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
}
