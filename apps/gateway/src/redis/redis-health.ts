import { once } from "node:events";
import { isOutOfMemory } from "@openrouter-free-pool/shared/redis/out-of-memory";
import { withFallback } from "@openrouter-free-pool/shared/timers/with-timeout";
import type { Redis } from "ioredis";
import { redisDown, toRedisError } from "../errors/refusals.ts";

/** A Redis that does not answer for this long counts as down. */
const timeoutMs = 3_000;

/**
 * Whether Redis can be relied on: it is connected, answers, and has room. A server that hangs looks
 * connected, so each heartbeat has a timeout.
 */
export class RedisHealth {
  readonly #redis: Redis;
  /** Called each time that Redis becomes full. */
  onFull: () => void = () => undefined;
  #isAnswering = true;
  #isFull = false;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  get isUp(): boolean {
    return this.#redis.status === "ready" && this.#isAnswering;
  }

  /** Whether the last heartbeat found Redis full. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Waits for the first connection for some time; goes on without Redis after that. */
  async waitForConnection(): Promise<void> {
    if (this.#redis.status === "ready") return;
    const over = new AbortController();
    const { signal } = over;
    const ready = once(this.#redis, "ready", { signal });
    await withFallback(
      ready.catch(() => undefined),
      timeoutMs,
      undefined,
    );
    over.abort();
  }

  /** @throws {GatewayError} `redis-down`. */
  requireUp(): void {
    if (!this.isUp) throw redisDown();
  }

  /**
   * Reads something from Redis, without waiting for one that hangs.
   *
   * @throws {GatewayError} `redis-down`, or `queue-full` when the read had to write and Redis is
   * full.
   */
  async readInTime<Value>(read: () => Promise<Value>): Promise<Value> {
    this.requireUp();
    const reading = read();
    const answered = reading.then(
      () => true,
      () => true,
    );
    if (!(await this.#isInTime(answered))) throw redisDown();
    try {
      return await reading;
    } catch (cause) {
      throw toRedisError(cause);
    }
  }

  /** Runs a heartbeat and records whether it succeeded in time. */
  async watch(heartbeat: () => Promise<void>): Promise<void> {
    if (this.#redis.status !== "ready") return;
    const beaten = heartbeat().then(
      () => {
        this.#isFull = false;
        return true;
      },
      (error: unknown) => {
        const wasFull = this.#isFull;
        this.#isFull = isOutOfMemory(error);
        if (this.#isFull && !wasFull) this.onFull();
        return this.#isFull;
      },
    );
    await this.#isInTime(beaten);
  }

  async #isInTime(answered: Promise<boolean>): Promise<boolean> {
    const isInTime = await withFallback(answered, timeoutMs, false);
    this.#isAnswering = isInTime;
    // A late answer of a server that hung means that it is back.
    void answered.then((isAnswering) => {
      this.#isAnswering = isAnswering;
    });
    return isInTime;
  }
}
