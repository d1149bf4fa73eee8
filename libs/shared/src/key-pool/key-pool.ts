import type { Redis } from "ioredis";
import type { RateLimits } from "../config/rate-limits.ts";
import type { RedisKeys } from "../redis/keys.ts";
import { loadScript, runScript } from "../redis/script.ts";
import {
  type Acquisition,
  acquireSlot,
  type SlotRequest,
} from "./acquisition.ts";
import type { ApiKey } from "./api-key.ts";
import { coolModel } from "./cooling-models.ts";
import { poolTtlMs } from "./lifetimes.ts";
import { describeMembers, type PoolMembers } from "./pool-members.ts";
import { registerMembers } from "./register-members.ts";
import { type Retirement, releaseKey, retireKey } from "./retirement.ts";

const parkAccount = loadScript(new URL("./park-account.lua", import.meta.url));

/** A grant that takes longer than this (or than the guard, if that is longer) comes late. */
const leastLateMs = 500;
/** Should Redis be slow all the time, a late slot is better than none. */
const mostAttempts = 3;

/**
 * The API keys of one worker fleet and the limits of their accounts.
 *
 * Workers that hold the same keys share one pool: its id is a digest of their
 * ids. Workers with other keys form another pool, and the accounts' counters,
 * which all pools share, still hold. So keys can change one worker at a time.
 */
export class KeyPool {
  readonly #redis: Redis;
  readonly #redisKeys: RedisKeys;
  readonly #limits: RateLimits;
  #members: PoolMembers;

  constructor(options: {
    redis: Redis;
    redisKeys: RedisKeys;
    limits: RateLimits;
    keys: readonly ApiKey[];
  }) {
    this.#redis = options.redis;
    this.#redisKeys = options.redisKeys;
    this.#limits = options.limits;
    this.#members = describeMembers(options.keys);
  }

  /** Digest of the key ids and their accounts. */
  get id(): string {
    return this.#members.id;
  }

  get keys(): readonly ApiKey[] {
    return [...this.#members.keysById.values()];
  }

  countAccounts(): number {
    return new Set(this.keys.map((key) => key.account)).size;
  }

  /** Makes the pool known to Redis. May be repeated; keys in use stay as they are. */
  register(): Promise<void> {
    return this.#register(this.#members);
  }

  /**
   * Goes on with other keys, in a pool of their own. Calls in flight end with the key
   * that they have; what their accounts have used is kept.
   */
  async replaceKeys(keys: readonly ApiKey[]): Promise<void> {
    const members = describeMembers(keys);
    await this.#register(members);
    this.#members = members;
  }

  /** Keeps the pool's keys in Redis alive, and makes it known again if they are lost. */
  async renew(): Promise<void> {
    const isKnown = await this.#redis.exists(
      this.#redisKeys.poolMembers(this.id),
    );
    if (isKnown !== 1) return this.register();
    await registerMembers(this.#redis, this.#redisKeys, this.id, []);
  }

  /**
   * Takes one slot, in one round trip. A slot counts from the moment at which Redis
   * granted it, so one that we hear of late (Redis hung) must be left unused: the
   * call would fall into a later window, on top of that window's own.
   */
  async acquire(request: SlotRequest): Promise<Acquisition> {
    const lateMs = Math.max(this.#limits.guardMs, leastLateMs);
    for (let attempt = 1; ; attempt += 1) {
      const askedAt = performance.now();
      const acquisition = await this.#acquireOnce(request);
      const isLate = performance.now() - askedAt > lateMs;
      const isStale = acquisition.kind === "granted" && isLate;
      if (!isStale || attempt === mostAttempts) return acquisition;
    }
  }

  async #acquireOnce(request: SlotRequest): Promise<Acquisition> {
    const deps = {
      redis: this.#redis,
      redisKeys: this.#redisKeys,
      limits: this.#limits,
    };
    // The keys may be replaced while Redis answers.
    const members = this.#members;
    const slot = await acquireSlot(deps, members, request);
    if (slot) return slot;
    // Redis lost its data: our keys come back with the next words we say.
    await this.#register(members);
    // Nothing to register: the worker holds no key.
    const none = { kind: "no-usable-key" } as const;
    return (await acquireSlot(deps, members, request)) ?? none;
  }

  /** Keeps an account out of use for `durationMs`, because OpenRouter said so. */
  async parkAccount(
    account: string,
    durationMs: number,
    reason: string,
  ): Promise<void> {
    await runScript(
      this.#redis,
      parkAccount,
      [
        this.#redisKeys.accountPrefix + account,
        this.#redisKeys.poolIdle(this.id),
        this.#redisKeys.poolResting(this.id),
      ],
      [
        account,
        Math.ceil(durationMs),
        reason,
        Math.ceil(Math.max(2 * this.#limits.dayMs, 2 * durationMs)),
        poolTtlMs,
      ],
    );
  }

  /** Takes a key out of use. @returns false when it was out of use already. */
  retireKey(key: ApiKey, retirement: Retirement): Promise<boolean> {
    const { account, id } = key;
    return retireKey(
      this.#redis,
      this.#redisKeys,
      { poolId: this.id, account, keyId: id },
      retirement,
    );
  }

  /** Takes all keys of an account out of use. */
  async retireAccount(account: string, retirement: Retirement): Promise<void> {
    for (const key of this.keys) {
      if (key.account === account) await this.retireKey(key, retirement);
    }
  }

  /** Puts a retired key back into use. @returns whether it was out of use, and is not any more. */
  async restoreKey(key: ApiKey): Promise<boolean> {
    const [redis, redisKeys] = [this.#redis, this.#redisKeys];
    if (!(await releaseKey(redis, redisKeys, key.id, "probe"))) return false;
    const { id, membersById } = this.#members;
    const member = membersById.get(key.id);
    if (member) await registerMembers(redis, redisKeys, id, [member]);
    return true;
  }

  /** The keys of this pool that are out of use and may come back by themselves. */
  async readRetiredKeys(): Promise<readonly ApiKey[]> {
    const retired = await this.#redis.hgetall(this.#redisKeys.retiredKeys);
    return Object.entries(retired)
      .filter(
        ([, why]) => (JSON.parse(why) as Retirement).reason !== "taken-out",
      )
      .flatMap(([id]) => this.#members.keysById.get(id) ?? []);
  }

  findKey(id: string): ApiKey | undefined {
    return this.#members.keysById.get(id);
  }

  /**
   * Lets a model cool down, by what the answer asked for or in growing steps.
   *
   * @returns how long it cools down, in ms.
   */
  coolModel(model: string, statedMs: number | undefined): Promise<number> {
    return coolModel(this.#redis, this.#redisKeys, model, statedMs);
  }

  #register({ id, membersById }: PoolMembers): Promise<void> {
    const members = [...membersById.values()];
    return registerMembers(this.#redis, this.#redisKeys, id, members);
  }
}
