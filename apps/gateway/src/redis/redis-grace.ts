import { setTimeout as sleep } from "node:timers/promises";
import { GatewayError } from "../errors/gateway-error.ts";
import { gatewayStopping, redisDown } from "../errors/refusals.ts";
import type { RedisHealth } from "./redis-health.ts";

/** How often it is checked whether Redis is back. */
const pollMs = 50;
/** Requests that are held at a time; further ones get a 503 at once. */
const mostHeld = 10_000;
/** Bytes of the bodies that are held at a time. */
const mostHeldBytes = 64 * 1024 * 1024;

/** A request that arrives while Redis is away. */
type Arrival = {
  readonly bytes: number;
  /** How long the client waits at most, in ms. */
  readonly maxWaitMs: number;
  /** Aborts when the client goes away. */
  readonly hungUp: AbortSignal;
};

/** Holds requests in memory during a short outage of Redis, bounded in count and bytes. */
export class RedisGrace {
  readonly #redisHealth: RedisHealth;
  readonly #graceMs: number;
  #held = 0;
  #heldBytes = 0;
  #isClosed = false;

  /** @param options.graceMs how long requests are held; 0: not at all. */
  constructor(options: { redisHealth: RedisHealth; graceMs: number }) {
    this.#redisHealth = options.redisHealth;
    this.#graceMs = options.graceMs;
  }

  /**
   * Resolves as soon as Redis is up.
   *
   * @throws {GatewayError} `redis-down` after the grace, or when too much is held;
   *   `client-gone`; `stopping`.
   */
  async hold({ bytes, maxWaitMs, hungUp }: Arrival): Promise<void> {
    if (this.#redisHealth.isUp) return;
    const isFull =
      this.#held >= mostHeld || this.#heldBytes + bytes > mostHeldBytes;
    if (isFull) throw redisDown();
    this.#held += 1;
    this.#heldBytes += bytes;
    try {
      const graceMs = Math.min(this.#graceMs, maxWaitMs);
      await this.#waitUntilUp(performance.now() + graceMs, () => {
        if (hungUp.aborted) throw new GatewayError("client-gone");
        this.#throwIfClosed();
        return true;
      });
    } finally {
      this.#held -= 1;
      this.#heldBytes -= bytes;
    }
  }

  /**
   * Runs an idempotent command. When Redis goes away meanwhile, the command runs again
   * as soon as Redis is back.
   *
   * @throws {GatewayError} `redis-down` after the grace; other errors at once.
   */
  async retry<Value>(
    command: () => Promise<Value>,
    isWanted: () => boolean = () => true,
  ): Promise<Value> {
    let deadline: number | undefined;
    for (;;) {
      try {
        return await command();
      } catch (error) {
        const isDown =
          error instanceof GatewayError && error.code === "redis-down";
        if (!isDown || !isWanted()) throw error;
        deadline ??= performance.now() + this.#graceMs;
        await sleep(pollMs);
        await this.#waitUntilUp(deadline, isWanted);
        if (performance.now() >= deadline || !isWanted()) throw error;
      }
    }
  }

  /**
   * As {@link RedisGrace.retry}, for a request that has no job yet.
   *
   * @throws {GatewayError} `redis-down` after the grace; `stopping`; other errors at once.
   */
  retryHeld<Value>(command: () => Promise<Value>): Promise<Value> {
    return this.retry(command, () => {
      this.#throwIfClosed();
      return true;
    });
  }

  /**
   * The gateway stops: while Redis is away, requests without a job are refused. Another gateway can
   * hold them for longer than this one lives.
   */
  close(): void {
    this.#isClosed = true;
  }

  #throwIfClosed(): void {
    if (this.#isClosed) throw gatewayStopping();
  }

  async #waitUntilUp(deadline: number, isWanted: () => boolean): Promise<void> {
    while (!this.#redisHealth.isUp && isWanted()) {
      if (performance.now() >= deadline) throw redisDown();
      await sleep(pollMs);
    }
  }
}
