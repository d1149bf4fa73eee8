import { randomBytes } from "node:crypto";
import type { Redis } from "ioredis";
import type { RedisHealth } from "../../../redis/redis-health.ts";
import type { AccessKey } from "./access-key.ts";

/** Above it this process forgets the oldest; Redis knows them all. */
const mostRemembered = 1_000;
const form = /^[\w-]{43}$/;

/** What this process knows of a ticket. */
type Remembered = {
  /** ms since the epoch. */
  readonly expiresAt: number;
  /** Redis could not store it, so it is valid at this gateway only. */
  readonly isOnlyHere: boolean;
};

/**
 * Random texts that grant something for a while, known to all gateways through Redis, which stores
 * only their digests. While Redis is away, a gateway accepts the tickets that it has seen itself.
 */
export class Tickets {
  readonly #redis: Redis;
  readonly #redisHealth: RedisHealth;
  readonly #accessKey: AccessKey;
  readonly #redisKey: (digest: string) => string;
  readonly #lifeMs: number;
  readonly #remembered = new Map<string, Remembered>();

  constructor(deps: {
    redis: Redis;
    redisHealth: RedisHealth;
    accessKey: AccessKey;
    /** Where a ticket with this digest is stored. */
    redisKey: (digest: string) => string;
    lifeMs: number;
  }) {
    this.#redis = deps.redis;
    this.#redisHealth = deps.redisHealth;
    this.#accessKey = deps.accessKey;
    this.#redisKey = deps.redisKey;
    this.#lifeMs = deps.lifeMs;
  }

  /** Makes a ticket. */
  async issue(): Promise<string> {
    const ticket = randomBytes(32).toString("base64url");
    const expiresAt = Date.now() + this.#lifeMs;
    const isOnlyHere = await this.#redisHealth
      .readInTime(() =>
        this.#redis.set(this.#keyOf(ticket), "1", "PX", this.#lifeMs),
      )
      .then(
        () => false,
        () => true,
      );
    this.#remember(ticket, { expiresAt, isOnlyHere });
    return ticket;
  }

  /** Whether a ticket is valid now. */
  async isValid(ticket: string): Promise<boolean> {
    if (!form.test(ticket)) return false;
    const known = this.#recall(ticket);
    if (known?.isOnlyHere) return true;
    if (!this.#redisHealth.isUp) return known !== undefined;
    try {
      const leftMs = await this.#redisHealth.readInTime(() =>
        this.#redis.pttl(this.#keyOf(ticket)),
      );
      if (leftMs <= 0) {
        this.#remembered.delete(ticket);
        return false;
      }
      const expiresAt = Date.now() + leftMs;
      if (!known) this.#remember(ticket, { expiresAt, isOnlyHere: false });
      return true;
    } catch {
      return known !== undefined;
    }
  }

  /**
   * Ends a ticket, at all gateways.
   *
   * @returns whether it was valid until now; of several callers at once only one gets true.
   * @throws {GatewayError} `redis-down` when the other gateways cannot be told.
   */
  async end(ticket: string): Promise<boolean> {
    if (!form.test(ticket)) return false;
    const known = this.#recall(ticket);
    this.#remembered.delete(ticket);
    if (known?.isOnlyHere) return true;
    const ended = await this.#redisHealth.readInTime(() =>
      this.#redis.del(this.#keyOf(ticket)),
    );
    return ended === 1;
  }

  #recall(ticket: string): Remembered | undefined {
    const known = this.#remembered.get(ticket);
    return known && known.expiresAt > Date.now() ? known : undefined;
  }

  #remember(ticket: string, what: Remembered): void {
    const [oldest] = this.#remembered.keys();
    if (oldest !== undefined && this.#remembered.size >= mostRemembered) {
      this.#remembered.delete(oldest);
    }
    this.#remembered.set(ticket, what);
  }

  #keyOf(ticket: string): string {
    return this.#redisKey(this.#accessKey.digest(`ticket ${ticket}`));
  }
}
