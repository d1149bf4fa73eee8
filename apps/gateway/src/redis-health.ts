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

  /** @throws {GatewayError} `redis-down`. */
  requireUp(): void {
    if (this.isUp) return;
    throw new GatewayError("redis-down", "The queue's Redis is unreachable", {
      retryAfterMs,
    });
  }

  /** Runs a heartbeat and notes whether it came through in time. */
  async watch(heartbeat: () => Promise<void>): Promise<void> {
    if (this.#redis.status !== "ready") return;
    const beat = heartbeat().then(
      () => true,
      () => false,
    );
    this.#isAnswering = await Promise.race([
      beat,
      sleep(patienceMs, false, { ref: false }),
    ]);
    // The late answer of a server that hung tells that it is back.
    void beat.then((isAnswering) => {
      this.#isAnswering = isAnswering;
    });
  }
}
