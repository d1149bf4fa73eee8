import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "ioredis";
import { GatewayError } from "./gateway-error.ts";

/** A Redis that does not answer for this long counts as down. */
const patienceMs = 3_000;
const retryAfterMs = 5_000;

/**
 * Knows whether Redis can be relied on just now: connected, and answering. A
 * server that hangs looks connected, so each heartbeat is timed.
 */
export class RedisHealth {
  readonly #redis: Redis;
  #isAnswering = true;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  get isUp(): boolean {
    return this.#redis.status === "ready" && this.#isAnswering;
  }

  /** Waits a moment for the first connection; not at all for a Redis that refuses it. */
  async waitUntilConnected(): Promise<void> {
    if (this.#redis.status === "ready") return;
    const connected = once(this.#redis, "ready").catch(() => undefined);
    await Promise.race([connected, sleep(patienceMs)]);
  }

  /** @throws {GatewayError} `redis-down`. */
  requireUp(): void {
    if (!this.isUp) throw redisDown();
  }

  /**
   * Reads something from Redis, without waiting for one that hangs.
   *
   * @throws {GatewayError} `redis-down`.
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
      throw redisDown(cause);
    }
  }

  /** Runs a heartbeat and notes whether it came through in time. */
  async watch(heartbeat: () => Promise<void>): Promise<void> {
    if (this.#redis.status !== "ready") return;
    const beaten = heartbeat().then(
      () => true,
      () => false,
    );
    await this.#isInTime(beaten);
  }

  async #isInTime(answered: Promise<boolean>): Promise<boolean> {
    const isInTime = await Promise.race([
      answered,
      sleep(patienceMs, false, { ref: false }),
    ]);
    this.#isAnswering = isInTime;
    // The late answer of a server that hung tells that it is back.
    void answered.then((isAnswering) => {
      this.#isAnswering = isAnswering;
    });
    return isInTime;
  }
}

function redisDown(cause?: unknown): GatewayError {
  return new GatewayError("redis-down", "The queue's Redis is unreachable", {
    cause,
    retryAfterMs,
  });
}
