import { readRedisClock } from "../../redis/redis-clock.ts";
import { unparkAccount } from "../accounts/parking.ts";
import type { Member } from "../keys/pool-members.ts";
import { registerMembers } from "../keys/register-members.ts";
import { type Retirement, releaseKey, retireKey } from "../keys/retirement.ts";
import { findModelsAgain } from "../models/gone-models.ts";
import type { PoolStore } from "../store/pool-store.ts";
import { memberSchema } from "./read-pool.ts";
import { sendWorkerCommand } from "./worker-commands.ts";

/**
 * What an operator may do to the pool from outside of the workers: it takes ids of keys, never a
 * secret. Each change reaches all workers at once.
 */
export class PoolOperator {
  readonly #store: PoolStore;
  readonly #poolMaxAgeMs: number;

  /** `poolMaxAgeMs`: pools that no worker has used for this long are left alone. */
  constructor(options: PoolStore & { readonly poolMaxAgeMs: number }) {
    const { redis, redisKeys, poolMaxAgeMs } = options;
    this.#store = { redis, redisKeys };
    this.#poolMaxAgeMs = poolMaxAgeMs;
  }

  /** Takes a key out of use until it is put back. @returns false when no worker has it. */
  async takeOut(keyId: string): Promise<boolean> {
    const memberships = await this.#findMemberships(keyId);
    const why = { reason: "taken-out" } satisfies Retirement;
    for (const [, { account }] of memberships) {
      await retireKey(this.#store, { account, id: keyId }, why);
    }
    return memberships.length > 0;
  }

  /** Puts a key back into use, whatever the reason of its retirement. @returns false when no worker has it. */
  async putBack(keyId: string): Promise<boolean> {
    await releaseKey(this.#store, keyId, "operator");
    const memberships = await this.#findMemberships(keyId);
    for (const [poolId, member] of memberships) {
      await registerMembers(this.#store, poolId, [member]);
    }
    await this.#checkAgain();
    return memberships.length > 0;
  }

  /** Ends an account's parking. @returns false when it was not parked. */
  async unpark(account: string): Promise<boolean> {
    let wasParked = false;
    for (const poolId of await this.#livingPools()) {
      const wasParkedHere = await unparkAccount(this.#store, poolId, account);
      wasParked ||= wasParkedHere;
    }
    await this.#checkAgain();
    return wasParked;
  }

  /** Ends a model's cooldown and forgets its steps. @returns false when it was not cooling. */
  async endCooldown(model: string): Promise<boolean> {
    const removed = await this.#store.redis.del(
      this.#store.redisKeys.modelCooldown(model),
      this.#store.redisKeys.modelCooldownStep(model),
    );
    await this.#store.redis.zrem(this.#store.redisKeys.coolingModels, model);
    return removed > 0;
  }

  /** Allows calls of a model that is gone. @returns false when it was not gone. */
  async forgetGone(model: string): Promise<boolean> {
    const { redis, redisKeys } = this.#store;
    const wasGone = await redis.hexists(redisKeys.goneModels, model);
    await findModelsAgain(redis, redisKeys, [model]);
    return wasGone === 1;
  }

  /** Requests a probe of a key. @returns false when no worker listens. */
  async requestProbe(keyId: string): Promise<boolean> {
    const command = { kind: "probe", keyId } as const;
    return (
      (await sendWorkerCommand(
        this.#store.redis,
        this.#store.redisKeys,
        command,
      )) > 0
    );
  }

  async #checkAgain(): Promise<void> {
    const command = { kind: "look-again" } as const;
    await sendWorkerCommand(this.#store.redis, this.#store.redisKeys, command);
  }

  async #livingPools(): Promise<string[]> {
    const { redis, redisKeys } = this.#store;
    const oldest = (await readRedisClock(redis)) - this.#poolMaxAgeMs;
    return redis.zrangebyscore(redisKeys.pools, oldest, "+inf");
  }

  /** The pools that have a key, and its record in each. */
  async #findMemberships(
    keyId: string,
  ): Promise<(readonly [poolId: string, Member])[]> {
    const poolIds = await this.#livingPools();
    const found = await Promise.all(
      poolIds.map(async (poolId) => {
        const members = this.#store.redisKeys.poolMembers(poolId);
        const details = await this.#store.redis.hget(members, keyId);
        if (details === null) return [];
        const { account } = memberSchema.parse(JSON.parse(details));
        return [[poolId, { account, keyId, details }] as const];
      }),
    );
    return found.flat();
  }
}
