import type { Redis } from "ioredis";
import type { Logger } from "pino";
import type { RedisKeys } from "../redis/keys.ts";
import { Outbox, type Stamp } from "../redis/outbox.ts";
import { loadScript, runScript } from "../redis/script.ts";
import { type Repetition, repeat } from "../timers/repeat.ts";
import { lateFrom, type Slices, sliceAt } from "./slices.ts";

const addToHash = loadScript(new URL("./add-to-hash.lua", import.meta.url));
const addToSlice = loadScript(new URL("./add-to-slice.lua", import.meta.url));

const flushMs = 2_000;

/** A hash in Redis to which counts are added. */
type CountedHash = {
  readonly key: string;
  /** The hash expires so long after its last change. */
  readonly ttlMs: number;
  /** The slice of time whose counts these are, where readers remember what they have read. */
  readonly slice?: {
    readonly number: number;
    /** See {@link Slices}. */
    readonly lateKey: string;
    /** Counts that come from then on are late: ms since the epoch, by Redis's clock. */
    readonly lateFrom: number;
  };
};

/** The hash of the slice in which a time is (ms since the epoch, by Redis's clock). */
export type HashAt = (time: number) => CountedHash;

/** Builds {@link HashAt}, which makes a hash only when a slice begins. */
export function createHashAt(slices: Slices): HashAt {
  let latest: { slice: number; hash: CountedHash } | undefined;
  return function hashAt(time) {
    const slice = sliceAt(slices, time);
    if (latest?.slice !== slice) {
      latest = { slice, hash: hashOfSlice(slices, slice) };
    }
    return latest.hash;
  };
}

function hashOfSlice(slices: Slices, slice: number): CountedHash {
  return {
    key: slices.keyOf(slice),
    ttlMs: slices.ttlMs,
    slice: {
      number: slice,
      lateKey: slices.lateKey,
      lateFrom: lateFrom(slices, slice),
    },
  };
}

type Gathered = { hash: CountedHash; counts: Map<string, number> };

/**
 * Counts in memory, and adds the counts every few seconds to hashes in Redis that all processes
 * share: requests neither wait for it nor send a command.
 */
export class SharedCounts {
  readonly #redis: Redis;
  readonly #mostKeys: number;
  readonly #gathered = new Map<string, Gathered>();
  readonly #outbox: Outbox<Gathered>;
  readonly #flushing: Repetition;

  /**
   * @param deps `mostKeys`: while Redis is away, counts of the newest so many hashes are kept, and those
   * that were being sent; `name`: the task, for the log.
   */
  constructor(deps: {
    redis: Redis;
    redisKeys: RedisKeys;
    mostKeys: number;
    name: string;
    logger: Logger;
  }) {
    this.#redis = deps.redis;
    this.#mostKeys = deps.mostKeys;
    this.#outbox = new Outbox(deps.redisKeys, (gathered, stamp) =>
      this.#send(gathered, stamp),
    );
    this.#flushing = repeat(() => this.flush(), {
      intervalMs: flushMs,
      name: deps.name,
      logger: deps.logger,
    });
  }

  /** Counts a whole number. Another one is left out: Redis would refuse it together with all others. */
  add(hash: CountedHash, field: string, by: number): void {
    if (!Number.isSafeInteger(by)) return;
    let gathered = this.#gathered.get(hash.key);
    if (!gathered) {
      gathered = { hash, counts: new Map() };
      this.#gathered.set(hash.key, gathered);
      this.#forgetOldest();
    }
    const { counts } = gathered;
    counts.set(field, (counts.get(field) ?? 0) + by);
  }

  /** Sends the counts. What cannot be sent is kept for the next time. */
  async flush(): Promise<void> {
    await this.#outbox.send();
    for (const gathered of this.#gathered.values()) this.#outbox.put(gathered);
    this.#gathered.clear();
    await this.#outbox.send();
  }

  /** Sends the rest, if Redis is there, and stops. */
  async stop(): Promise<void> {
    await this.#flushing.stop();
    if (this.#redis.status === "ready") await this.flush();
  }

  #send({ hash, counts }: Gathered, stamp: Stamp): Promise<unknown> {
    const { key, ttlMs, slice } = hash;
    const pairs = [...counts].flat();
    if (slice) {
      const keys = [key, slice.lateKey, stamp.key];
      const ofSlice = [ttlMs, slice.number, slice.lateFrom];
      const given = [stamp.number, ...ofSlice, ...pairs];
      return runScript(this.#redis, addToSlice, keys, given);
    }
    const given = [stamp.number, ttlMs, ...pairs];
    return runScript(this.#redis, addToHash, [key, stamp.key], given);
  }

  #forgetOldest(): void {
    const [oldest] = this.#gathered.keys();
    if (this.#gathered.size > this.#mostKeys && oldest !== undefined) {
      this.#gathered.delete(oldest);
    }
  }
}
