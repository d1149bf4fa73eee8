import type { Redis } from "ioredis";
import type { RedisKeys } from "../redis/keys.ts";
import { loadScript, runScript } from "../redis/script.ts";
import type { Member } from "./pool-members.ts";
import { memberSchema } from "./read-pool.ts";
import { registerMembers } from "./register-members.ts";
import { type Retirement, releaseKey, retireKey } from "./retirement.ts";
import { sendWorkerCommand } from "./worker-commands.ts";

const unparkAccount = loadScript(
  new URL("./unpark-account.lua", import.meta.url),
);

/**
 * What a person may do to the pool from outside of the workers: it takes ids of
 * keys, never a secret. Each change reaches all workers at once.
 */
export class PoolOperator {
  readonly #redis: Redis;
  readonly #redisKeys: RedisKeys;
  readonly #poolMaxAgeMs: number;

  /** `poolMaxAgeMs`: pools that no worker used for so long are left alone. */
  constructor(deps: {
    redis: Redis;
    redisKeys: RedisKeys;
    poolMaxAgeMs: number;
  }) {
    this.#redis = deps.redis;
    this.#redisKeys = deps.redisKeys;
    this.#poolMaxAgeMs = deps.poolMaxAgeMs;
  }

  /** Takes a key out of use until it is put back. @returns false when no worker has it. */
  async takeOut(keyId: string): Promise<boolean> {
    const memberships = await this.#findMemberships(keyId);
    const why = { reason: "taken-out", at: Date.now() } satisfies Retirement;
    for (const [poolId, { account }] of memberships) {
      const key = { poolId, account, keyId };
      await retireKey(this.#redis, this.#redisKeys, key, why);
    }
    return memberships.length > 0;
  }

  /** Puts a key back into use, whatever it was out for. @returns false when no worker has it. */
  async putBack(keyId: string): Promise<boolean> {
    const [redis, redisKeys] = [this.#redis, this.#redisKeys];
    await releaseKey(redis, redisKeys, keyId, "operator");
    const memberships = await this.#findMemberships(keyId);
    for (const [poolId, member] of memberships) {
      await registerMembers(redis, redisKeys, poolId, [member]);
    }
    await this.#lookAgain();
    return memberships.length > 0;
  }

  /** Ends an account's parking. @returns false when it was not parked. */
  async unpark(account: string): Promise<boolean> {
    let wasParked = false;
    for (const poolId of await this.#livingPools()) {
      const reply = await runScript(
        this.#redis,
        unparkAccount,
        [
          this.#redisKeys.accountPrefix + account,
          this.#redisKeys.poolResting(poolId),
        ],
        [account],
      );
      wasParked ||= reply === 1;
    }
    await this.#lookAgain();
    return wasParked;
  }

  /** Ends a model's cooldown and forgets its steps. @returns false when it was not cooling. */
  async endCooldown(model: string): Promise<boolean> {
    const removed = await this.#redis.del(
      this.#redisKeys.modelCooldown(model),
      this.#redisKeys.modelCooldownStep(model),
    );
    await this.#redis.zrem(this.#redisKeys.coolingModels, model);
    return removed > 0;
  }

  /** Has a key probed. @returns false when no worker listens. */
  async requestProbe(keyId: string): Promise<boolean> {
    const command = { kind: "probe", keyId } as const;
    return (await sendWorkerCommand(this.#redis, this.#redisKeys, command)) > 0;
  }

  async #lookAgain(): Promise<void> {
    const command = { kind: "look-again" } as const;
    await sendWorkerCommand(this.#redis, this.#redisKeys, command);
  }

  async #livingPools(): Promise<string[]> {
    const [seconds] = await this.#redis.time();
    const oldest = Number(seconds) * 1_000 - this.#poolMaxAgeMs;
    return this.#redis.zrangebyscore(this.#redisKeys.pools, oldest, "+inf");
  }

  /** The pools that have a key, and what they know about it. */
  async #findMemberships(
    keyId: string,
  ): Promise<(readonly [poolId: string, Member])[]> {
    const poolIds = await this.#livingPools();
    const found = await Promise.all(
      poolIds.map(async (poolId) => {
        const members = this.#redisKeys.poolMembers(poolId);
        const details = await this.#redis.hget(members, keyId);
        if (details === null) return [];
        const { account } = memberSchema.parse(JSON.parse(details));
        return [[poolId, { account, keyId, details }] as const];
      }),
    );
    return found.flat();
  }
}
