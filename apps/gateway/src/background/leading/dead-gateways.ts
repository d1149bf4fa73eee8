import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { Redis } from "ioredis";

/** A Redis that has lost its data knows no gateway for a moment; a gateway reconnects sooner than this. */
const missedForMs = 5_000;

/** Finds gateway processes that are gone: by their heartbeats, or sooner by their connections. */
export class DeadGateways {
  readonly #redis: Redis;
  readonly #redisKeys: RedisKeys;
  #missedSince = new Map<string, number>();

  constructor(deps: { redis: Redis; redisKeys: RedisKeys }) {
    this.#redis = deps.redis;
    this.#redisKeys = deps.redisKeys;
  }

  /** @returns those of the gateways that have been missing for some time, at each poll. */
  async find(gatewayIds: Iterable<string>): Promise<ReadonlySet<string>> {
    const now = performance.now();
    const missedSince = new Map<string, number>();
    const dead = new Set<string>();
    for (const id of new Set(gatewayIds)) {
      if (await this.#isThere(id)) continue;
      const since = this.#missedSince.get(id) ?? now;
      missedSince.set(id, since);
      if (now - since >= missedForMs) dead.add(id);
    }
    this.#missedSince = missedSince;
    return dead;
  }

  async #isThere(gatewayId: string): Promise<boolean> {
    const word = await this.#redis.get(this.#redisKeys.gatewayAlive(gatewayId));
    if (word !== "present") return word !== null;
    const channel = this.#redisKeys.gatewayPresence(gatewayId);
    const [, listeners] = await this.#redis.pubsub("NUMSUB", channel);
    return Number(listeners) > 0;
  }
}
