import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { Redis } from "ioredis";

/**
 * Calls off the work for gateways that are gone: nobody would receive the answers. The limiter
 * stops jobs that wait; this stops those in flight.
 */
export class GatewayWatch {
  readonly #redis: Redis;
  readonly #redisKeys: RedisKeys;
  readonly #callOff: (jobId: string) => void;
  readonly #jobs = new Map<string, Set<string>>();
  #missed = new Set<string>();

  constructor(deps: {
    redis: Redis;
    redisKeys: RedisKeys;
    callOff: (jobId: string) => void;
  }) {
    this.#redis = deps.redis;
    this.#redisKeys = deps.redisKeys;
    this.#callOff = deps.callOff;
  }

  add(gatewayId: string, jobId: string): void {
    const jobs = this.#jobs.get(gatewayId) ?? new Set();
    this.#jobs.set(gatewayId, jobs.add(jobId));
  }

  remove(gatewayId: string, jobId: string): void {
    const jobs = this.#jobs.get(gatewayId);
    jobs?.delete(jobId);
    if (jobs?.size === 0) this.#jobs.delete(gatewayId);
  }

  /** Checks all gateways that this worker works for, once. */
  async poll(): Promise<void> {
    const gateways = [...this.#jobs.keys()];
    const isAlive = await Promise.all(
      gateways.map((id) =>
        this.#redis.exists(this.#redisKeys.gatewayAlive(id)),
      ),
    );
    const missing = new Set(gateways.filter((_, i) => isAlive[i] === 0));
    for (const gatewayId of missing) {
      // Only when missing twice: a Redis that has lost its data does not know any gateway for a
      // moment.
      if (!this.#missed.has(gatewayId)) continue;
      for (const jobId of this.#jobs.get(gatewayId) ?? []) this.#callOff(jobId);
    }
    this.#missed = missing;
  }
}
