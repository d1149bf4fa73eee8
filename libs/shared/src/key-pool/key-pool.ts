import type { Redis } from "ioredis";
import type { RateLimits } from "../config/common.ts";
import type { RedisKeys } from "../redis/keys.ts";
import { loadScript, runScript } from "../redis/script.ts";
import {
  type Acquisition,
  readAcquisition,
  type SlotRequest,
} from "./acquisition.ts";
import type { ApiKey } from "./api-key.ts";
import {
  describeMember,
  describeMembers,
  type PoolMembers,
} from "./pool-members.ts";

const scripts = {
  acquire: loadScript(new URL("./acquire.lua", import.meta.url)),
  register: loadScript(new URL("./register.lua", import.meta.url)),
  parkAccount: loadScript(new URL("./park-account.lua", import.meta.url)),
  retireKey: loadScript(new URL("./retire-key.lua", import.meta.url)),
  releaseKey: loadScript(new URL("./release-key.lua", import.meta.url)),
  coolModel: loadScript(new URL("./cool-model.lua", import.meta.url)),
};

/** A pool that no worker has renewed for this long is forgotten. */
export const poolTtlMs = 3_600_000;
/** How long it is remembered which keys are retired, after a worker was last seen. */
export const retiredTtlMs = 30 * 86_400_000;
const firstCooldownMs = 2_000;
const longestCooldownMs = 60_000;
/** Keys registered in one script call, so that a huge pool does not block Redis. */
const registerBatch = 500;

/** A grant that takes longer than this (or than the guard, if that is longer) comes late. */
const leastLateMs = 500;
/** Should Redis be slow all the time, a late slot is better than none. */
const mostAttempts = 3;

/** Why a key is out of use, as it is stored and shown. */
export type Retirement = {
  readonly reason:
    | "invalid"
    | "key-limit"
    | "no-credit"
    /** By an operator, who alone can put it back. */
    | "taken-out";
  /** ms since the epoch. */
  readonly at: number;
};

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
    return this.#registerAll(this.#members);
  }

  /**
   * Goes on with other keys, in a pool of their own. Calls in flight end with the key
   * that they have; what their accounts have used is kept.
   */
  async replaceKeys(keys: readonly ApiKey[]): Promise<void> {
    const members = describeMembers(keys);
    await this.#registerAll(members);
    this.#members = members;
  }

  /** Keeps the pool's keys in Redis alive, and makes it known again if they are lost. */
  async renew(): Promise<void> {
    const isKnown = await this.#redis.exists(
      this.#redisKeys.poolMembers(this.id),
    );
    await (isKnown === 1 ? this.#runRegister(this.id, []) : this.register());
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
    // The keys may be replaced while Redis answers.
    const members = this.#members;
    const reply = await this.#runAcquire(members, request);
    if (reply[0] !== "unregistered") return readAcquisition(members, reply);
    // Redis lost its data: our keys come back with the next words we say.
    await this.#registerAll(members);
    return readAcquisition(members, await this.#runAcquire(members, request));
  }

  /** Keeps an account out of use for `durationMs`, because OpenRouter said so. */
  async parkAccount(
    account: string,
    durationMs: number,
    reason: string,
  ): Promise<void> {
    await runScript(
      this.#redis,
      scripts.parkAccount,
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
  async retireKey(key: ApiKey, retirement: Retirement): Promise<boolean> {
    const wasUsed = await runScript(
      this.#redis,
      scripts.retireKey,
      [
        this.#redisKeys.poolIdle(this.id),
        this.#redisKeys.poolResting(this.id),
        this.#redisKeys.poolRotation(this.id),
        this.#redisKeys.retiredKeys,
      ],
      [key.account, key.id, JSON.stringify(retirement), retiredTtlMs],
    );
    return wasUsed === 1;
  }

  /** Takes all keys of an account out of use. */
  async retireAccount(account: string, retirement: Retirement): Promise<void> {
    for (const key of this.keys) {
      if (key.account === account) await this.retireKey(key, retirement);
    }
  }

  /** Puts a retired key back into use. @returns whether it was out of use, and is not any more. */
  async restoreKey(key: ApiKey): Promise<boolean> {
    const outcome = await runScript(
      this.#redis,
      scripts.releaseKey,
      [this.#redisKeys.retiredKeys],
      [key.id, "probe"],
    );
    if (outcome !== "released") return false;
    await this.#runRegister(this.id, describeMember(key));
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
  async coolModel(
    model: string,
    statedMs: number | undefined,
  ): Promise<number> {
    const durationMs = await runScript(
      this.#redis,
      scripts.coolModel,
      [
        this.#redisKeys.modelCooldown(model),
        this.#redisKeys.modelCooldownStep(model),
        this.#redisKeys.coolingModels,
      ],
      [Math.ceil(statedMs ?? 0), firstCooldownMs, longestCooldownMs, model],
    );
    return Number(durationMs);
  }

  async #registerAll({ id, registerArgs }: PoolMembers): Promise<void> {
    const batchArgs = registerBatch * 3;
    for (let at = 0; at < registerArgs.length; at += batchArgs) {
      await this.#runRegister(id, registerArgs.slice(at, at + batchArgs));
    }
  }

  #runRegister(id: string, triples: readonly string[]): Promise<unknown> {
    return runScript(
      this.#redis,
      scripts.register,
      [
        this.#redisKeys.poolIdle(id),
        this.#redisKeys.poolResting(id),
        this.#redisKeys.poolRotation(id),
        this.#redisKeys.poolMembers(id),
        this.#redisKeys.retiredKeys,
        this.#redisKeys.pools,
      ],
      [this.#redisKeys.accountPrefix, id, poolTtlMs, retiredTtlMs, ...triples],
    );
  }

  async #runAcquire(
    { id }: PoolMembers,
    request: SlotRequest,
  ): Promise<readonly unknown[]> {
    const { perMinute, perDay, windowMs, dayMs, guardMs } = this.#limits;
    const reply = await runScript(
      this.#redis,
      scripts.acquire,
      [
        this.#redisKeys.poolIdle(id),
        this.#redisKeys.poolResting(id),
        this.#redisKeys.poolRotation(id),
        this.#redisKeys.poolMembers(id),
        this.#redisKeys.gatewayAlive(request.gatewayId),
        this.#redisKeys.cancelled(request.jobId),
        this.#redisKeys.modelCooldown(request.model),
        this.#redisKeys.firstJobs,
        this.#redisKeys.prioritizedJobs,
        this.#redisKeys.delayedJobs,
        this.#redisKeys.jobMarker,
      ],
      [
        this.#redisKeys.accountPrefix,
        perMinute,
        perDay,
        windowMs,
        dayMs,
        guardMs,
        this.#redisKeys.gatewayPresence(request.gatewayId),
        poolTtlMs,
      ],
    );
    return reply as readonly unknown[];
  }
}
