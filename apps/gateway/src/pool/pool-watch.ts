import type { RateLimits } from "@openrouter-free-pool/shared/config/rate-limits";
import {
  type PoolSnapshot,
  readPool,
} from "@openrouter-free-pool/shared/key-pool/pool/read-pool";
import { countWorkers } from "@openrouter-free-pool/shared/presence/workers";
import type { CompletionsQueue } from "@openrouter-free-pool/shared/queue/completions-queue";
import type { PriorityName } from "@openrouter-free-pool/shared/queue/priorities";
import {
  countHeld,
  countInLine,
  countJobs,
} from "@openrouter-free-pool/shared/queue/queue-depth";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import { withFallback } from "@openrouter-free-pool/shared/timers/with-timeout";
import type { Redis } from "ioredis";
import type { Logger } from "pino";

/** Pools that no worker has used for this long do not count. */
export const poolMaxAgeMs = 15_000;
/** A view older than this is renewed when it is used. */
const freshMs = 1_000;
/** A view older than this many times that is not used: nobody has read it for a while. */
const unreliableTimes = 2;
/** A view that is the reason for a refusal is no older than this. */
const recentMs = 200;
/** Redis may hang; a request does not wait longer than this for a view. */
const patienceMs = 500;
/** Reading a large pool takes long; it may take at most this share of the time. */
const largestShare = 0.05;

/** A snapshot of keys, queue and workers. */
export type PoolView = {
  readonly pool: PoolSnapshot;
  /** Requests on the queue that no worker has taken. */
  readonly waiting: number;
  /** Those of them that wait for their client's own budget. */
  readonly held: number;
  /** The requests in line, by priority; the others are delayed. */
  readonly inLine: Readonly<Record<PriorityName, number>>;
  readonly inFlight: number;
  /** Whether an operator has paused the queue: workers take no request off it. */
  readonly isPaused: boolean;
  readonly workers: number;
  /** When reading began and ended, on this process's monotonic clock (ms). */
  readonly startedAt: number;
  readonly readAt: number;
};

/** Reads the whole view; its cost grows with the number of keys. */
export type ReadPoolView = () => Promise<PoolView>;

/** Builds {@link ReadPoolView}. */
export function createReadPoolView(deps: {
  redis: Redis;
  redisKeys: RedisKeys;
  limits: RateLimits;
  queue: CompletionsQueue;
}): ReadPoolView {
  const { redis, redisKeys, limits, queue } = deps;
  return async () => {
    const startedAt = performance.now();
    const [pool, counts, held, inLine, isPaused, workers] = await Promise.all([
      readPool(redis, redisKeys, limits, poolMaxAgeMs),
      countJobs(queue),
      countHeld(redis, redisKeys),
      countLines(redis, redisKeys),
      queue.isPaused(),
      countWorkers(redis, redisKeys),
    ]);
    const readAt = performance.now();
    return {
      pool,
      ...counts,
      held,
      inLine,
      isPaused,
      workers,
      startedAt,
      readAt,
    };
  };
}

async function countLines(
  redis: Redis,
  redisKeys: RedisKeys,
): Promise<Record<PriorityName, number>> {
  const [high, normal, low] = await Promise.all([
    countInLine(redis, redisKeys, "high"),
    countInLine(redis, redisKeys, "normal"),
    countInLine(redis, redisKeys, "low"),
  ]);
  return { high, normal, low };
}

/**
 * Keeps the newest view available. While requests come in, none of them waits for it: the last view
 * is used, and renewed meanwhile.
 */
export class PoolWatch {
  readonly #read: ReadPoolView;
  readonly #logger: Logger;
  #view: PoolView | undefined;
  #refreshing: Promise<void> | undefined;
  #tookMs = 0;

  constructor(read: ReadPoolView, logger: Logger) {
    this.#read = read;
    this.#logger = logger;
  }

  /** The last view; undefined when none could be read yet. */
  current(): PoolView | undefined {
    if (this.#ageMs > this.#freshMs) void this.refresh();
    return this.#view;
  }

  /** The last view; after a time without requests it is read again first. */
  async readRecent(): Promise<PoolView | undefined> {
    const isReliable = this.#ageMs <= unreliableTimes * this.#freshMs;
    if (!isReliable) await this.#refreshWithPatience();
    return this.current();
  }

  /** A view that is recent enough for a refusal. */
  async readNow(): Promise<PoolView | undefined> {
    if (this.#ageMs > recentMs) await this.#refreshWithPatience();
    return this.#view;
  }

  async #refreshWithPatience(): Promise<void> {
    await withFallback(this.refresh(), patienceMs, undefined);
  }

  get #ageMs(): number {
    return performance.now() - (this.#view?.readAt ?? -Infinity);
  }

  get #freshMs(): number {
    return Math.max(freshMs, this.#tookMs / largestShare);
  }

  /** Reads the view again; one read at a time. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#readAnew().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  async #readAnew(): Promise<void> {
    try {
      this.#view = await this.#read();
      this.#tookMs = this.#view.readAt - this.#view.startedAt;
    } catch (error) {
      this.#logger.debug({ err: error }, "Reading the pool failed");
    }
  }
}
