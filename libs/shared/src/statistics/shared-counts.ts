import type { Redis } from "ioredis";
import type { Logger } from "pino";
import { loadScript, runScript } from "../redis/script.ts";
import { type Repetition, repeat } from "../timers/repeat.ts";

const addToBucket = loadScript(new URL("./add-to-bucket.lua", import.meta.url));

const flushMs = 2_000;

type Gathered = { ttlMs: number; counts: Map<string, number> };

/**
 * Counts in memory, and adds the counts every few seconds to hashes in Redis that all processes
 * share: requests neither wait for it nor send a command.
 */
export class SharedCounts {
  readonly #redis: Redis;
  readonly #mostKeys: number;
  readonly #gathered = new Map<string, Gathered>();
  readonly #flushing: Repetition;

  /**
   * @param deps `mostKeys`: while Redis is away, counts of the newest so many hashes are kept;
   * `name`: the task, for the log.
   */
  constructor(deps: {
    redis: Redis;
    mostKeys: number;
    name: string;
    logger: Logger;
  }) {
    this.#redis = deps.redis;
    this.#mostKeys = deps.mostKeys;
    this.#flushing = repeat(() => this.flush(), {
      intervalMs: flushMs,
      name: deps.name,
      logger: deps.logger,
    });
  }

  /** Counts a whole number. The hash expires `ttlMs` after its last change. */
  add(key: string, ttlMs: number, field: string, by: number): void {
    let gathered = this.#gathered.get(key);
    if (!gathered) {
      gathered = { ttlMs, counts: new Map() };
      this.#gathered.set(key, gathered);
      this.#forgetOldest();
    }
    const { counts } = gathered;
    counts.set(field, (counts.get(field) ?? 0) + by);
  }

  /** Sends the counts. What cannot be sent is kept for the next time. */
  async flush(): Promise<void> {
    for (const [key, { ttlMs, counts }] of [...this.#gathered]) {
      this.#gathered.delete(key);
      try {
        const pairs = [...counts].flat();
        await runScript(this.#redis, addToBucket, [key], [ttlMs, ...pairs]);
      } catch (error) {
        for (const [field, by] of counts) this.add(key, ttlMs, field, by);
        throw error;
      }
    }
  }

  /** Sends the rest, if Redis is there, and stops. */
  async stop(): Promise<void> {
    await this.#flushing.stop();
    if (this.#redis.status === "ready") await this.flush();
  }

  #forgetOldest(): void {
    const [oldest] = this.#gathered.keys();
    if (this.#gathered.size > this.#mostKeys && oldest !== undefined) {
      this.#gathered.delete(oldest);
    }
  }
}
