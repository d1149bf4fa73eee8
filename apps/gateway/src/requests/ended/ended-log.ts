import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import { Outbox, type Stamp } from "@openrouter-free-pool/shared/redis/outbox";
import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import {
  loadScript,
  runScript,
} from "@openrouter-free-pool/shared/redis/script";
import {
  type Repetition,
  repeat,
} from "@openrouter-free-pool/shared/timers/repeat";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import { type EndedFacts, encodeEnded } from "./ended-request.ts";

const append = loadScript(new URL("./append-ended.lua", import.meta.url));

const flushMs = 1_000;
/**
 * The time in which the record of a request is written as a rule, in ms; as much as clocks may
 * differ. Longer delays, as in an outage of Redis, are kept beside the list.
 */
export const usualDelayMs = 10_000;
/** The record of a request expires after a week, however few there are. */
const keptMs = 7 * 86_400_000;
/** More would block Redis for too long. */
const mostTogether = 500;
/** While Redis is away, the newest so many wait. */
const mostGathered = 5_000;

type EndedEntry = { readonly endedAt: number; readonly json: string };

/** Records that a request has ended. */
export type RecordEnded = (facts: Omit<EndedFacts, "endedAt">) => void;

/**
 * The list of ended requests, for the operators' page. Records are collected in memory and written
 * every second: no request waits for them.
 */
export class EndedLog {
  readonly #redis: Redis;
  readonly #redisKeys: RedisKeys;
  readonly #clock: RedisClock;
  readonly #most: number;
  readonly #outbox: Outbox<readonly EndedEntry[]>;
  readonly #writing: Repetition;
  readonly #gathered: EndedEntry[] = [];

  /** @param deps `most`: requests that are kept, approximately; 0: none. */
  constructor(deps: {
    redis: Redis;
    redisKeys: RedisKeys;
    clock: RedisClock;
    most: number;
    logger: Logger;
  }) {
    this.#redis = deps.redis;
    this.#redisKeys = deps.redisKeys;
    this.#clock = deps.clock;
    this.#most = deps.most;
    this.#outbox = new Outbox(deps.redisKeys, (entries, stamp) =>
      this.#append(entries, stamp),
    );
    this.#writing = repeat(() => this.flush(), {
      intervalMs: flushMs,
      name: "Recording ended requests",
      logger: deps.logger,
    });
  }

  /** See {@link RecordEnded}. */
  readonly record: RecordEnded = (facts) => {
    if (this.#most === 0) return;
    const endedAt = this.#clock.now();
    const json = encodeEnded({ ...facts, endedAt });
    this.#gathered.push({ endedAt, json });
    if (this.#gathered.length > mostGathered) this.#gathered.shift();
  };

  /** Writes what was collected. What cannot be written is kept for the next time. */
  async flush(): Promise<void> {
    await this.#outbox.send();
    while (this.#gathered.length > 0) {
      this.#outbox.put(this.#gathered.splice(0, mostTogether));
      await this.#outbox.send();
    }
  }

  /** Writes the rest, if Redis is there, and stops. */
  async stop(): Promise<void> {
    await this.#writing.stop();
    if (this.#redis.status === "ready") await this.flush();
  }

  #append(entries: readonly EndedEntry[], stamp: Stamp): Promise<unknown> {
    const { endedRequests, endedRequestsDelay } = this.#redisKeys;
    const keys = [endedRequests, endedRequestsDelay, stamp.key];
    const oldest = Math.min(...entries.map(({ endedAt }) => endedAt));
    const bounds = [this.#most, keptMs, Math.floor(oldest), usualDelayMs];
    const records = entries.map(({ json }) => json);
    const given = [stamp.number, ...bounds, ...records];
    return runScript(this.#redis, append, keys, given);
  }
}
