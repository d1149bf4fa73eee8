import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { Redis } from "ioredis";

/**
 * Calls off the work for gateways that are gone: nobody is there to get the answers.
 * The limiter stops jobs that wait; this stops those in flight.
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

  /** One look at all gateways that work is done for. */
  async poll(): Promise<void> {
    const gateways = [...this.#jobs.keys()];
    const isAlive = await Promise.all(
      gateways.map((id) =>
        this.#redis.exists(this.#redisKeys.gatewayAlive(id)),
      ),
    );
    const missing = new Set(gateways.filter((_, i) => isAlive[i] === 0));
    for (const gatewayId of missing) {
      // Missing twice: a Redis that has just come back without its data knows no gateway yet.
      if (!this.#missed.has(gatewayId)) continue;
      for (const jobId of this.#jobs.get(gatewayId) ?? []) this.#callOff(jobId);
    }
    this.#missed = missing;
  }
}
