import type { RateLimits } from "../../config/rate-limits.ts";
import {
  type DayUse,
  recordOwner,
  recordUse,
} from "../accounts/account-facts.ts";
import { type Parking, parkAccount } from "../accounts/parking.ts";
import { pauseWithoutCredit } from "../accounts/pause-without-credit.ts";
import type { ApiKey } from "../keys/api-key.ts";
import { describeMembers, type PoolMembers } from "../keys/pool-members.ts";
import { registerMembers } from "../keys/register-members.ts";
import {
  type Probed,
  type Retirement,
  releaseKey,
  retireKey,
} from "../keys/retirement.ts";
import { PoolModels } from "../models/pool-models.ts";
import {
  type Acquisition,
  acquireSlot,
  type Grant,
  readAcquisition,
  type SlotRequest,
} from "../slots/acquisition.ts";
import { type LimiterCall, prepareLimiterCall } from "../slots/limiter-call.ts";
import { releaseSlot } from "../slots/release-slot.ts";
import { UsableTime } from "../slots/usable-time.ts";
import type { PoolStore } from "../store/pool-store.ts";
import { createAnnounceSlot } from "./announce-slot.ts";

/** After so many late grants in a row the request goes back to the queue. */
const mostAttempts = 4;
const pauseWhenSlowMs = 1_000;

/** A grant that arrived after the time in which it may be used. */
export type LateGrant = {
  readonly key: ApiKey;
  /** How much too late, in ms. */
  readonly lateMs: number;
};

/**
 * The API keys of one worker fleet and the limits of their accounts.
 *
 * Workers that hold the same keys share one pool: its id is a digest of their ids. Workers with
 * other keys form another pool; the accounts' counters are common to all pools. So keys can be
 * changed one worker at a time.
 */
export class KeyPool {
  /** What the pool's workers know of models. */
  readonly models: PoolModels;
  readonly #store: PoolStore;
  readonly #limits: RateLimits;
  readonly #usableTime: UsableTime;
  readonly #onLateGrant: (late: LateGrant) => void;
  readonly #checksModels: boolean;
  readonly #announceSlot: () => Promise<void>;
  #members: PoolMembers;

  constructor(
    options: PoolStore & {
      readonly limits: RateLimits;
      readonly keys: readonly ApiKey[];
      /** For observability; a late grant is given back in any case. */
      readonly onLateGrant?: (late: LateGrant) => void;
      /** Whether gone models are skipped, and unproven ones called once before many times. */
      readonly checksModels?: boolean;
    },
  ) {
    const { redis, redisKeys, limits, keys } = options;
    this.#store = { redis, redisKeys };
    this.models = new PoolModels(this.#store);
    this.#limits = limits;
    this.#usableTime = new UsableTime(limits);
    this.#onLateGrant = options.onLateGrant ?? (() => undefined);
    this.#checksModels = options.checksModels ?? false;
    this.#announceSlot = createAnnounceSlot(this.#store);
    this.#members = describeMembers(keys);
  }

  /** Digest of the keys, their accounts and the limits given to those. */
  get id(): string {
    return this.#members.id;
  }

  get keys(): readonly ApiKey[] {
    return [...this.#members.keysById.values()];
  }

  countAccounts(): number {
    return new Set(this.keys.map((key) => key.account)).size;
  }

  findKey(id: string): ApiKey | undefined {
    return this.#members.keysById.get(id);
  }

  /** Makes the pool known to Redis. May be repeated; keys in use stay as they are. */
  register(): Promise<void> {
    return this.#register(this.#members);
  }

  /**
   * Replaces the keys; the new ones form another pool. Calls in flight keep their keys, and the
   * use of their accounts is kept.
   *
   * @param getReady runs when Redis knows the new pool, and before it is used.
   */
  async replaceKeys(
    keys: readonly ApiKey[],
    getReady: () => Promise<void> = async () => undefined,
  ): Promise<void> {
    const members = describeMembers(keys);
    await this.#register(members);
    await getReady();
    this.#members = members;
    // Keys may have been found usable while getting ready.
    await this.#register(members);
  }

  /** Keeps the pool's keys in Redis alive, and makes it known again if they are lost. */
  async renew(): Promise<void> {
    const { redis, redisKeys } = this.#store;
    const isKnown = await redis.exists(redisKeys.poolMembers(this.id));
    if (isKnown !== 1) return this.register();
    await registerMembers(this.#store, this.id, []);
  }

  /**
   * Takes one slot, in one round trip. A late grant is given back, and a slot that may be used
   * for longer is asked for.
   */
  async acquire(request: SlotRequest): Promise<Acquisition> {
    let roundTripMs = 0;
    for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
      const askedAt = performance.now();
      // Nothing to register: the worker holds no key.
      const slot = (await this.ask(
        (call) => acquireSlot(this.#store, call, request),
        roundTripMs,
      )) ?? { kind: "no-usable-key" };
      roundTripMs = performance.now() - askedAt;
      if (slot.kind !== "granted" || !(await this.releaseIfLate(slot))) {
        return slot;
      }
    }
    const retryAfterMs = pauseWhenSlowMs;
    return { kind: "busy", retryAfterMs, isPastDeadline: false };
  }

  /**
   * Runs a script of the limiter, and again when Redis had lost the pool and knows it now.
   *
   * @param run returns undefined when Redis does not know the pool; it has done nothing then.
   * @param lastMs the round trip that was just too slow for this request.
   */
  async ask<Result>(
    run: (call: LimiterCall) => Promise<Result | undefined>,
    lastMs = 0,
  ): Promise<Result | undefined> {
    // The keys may be replaced while Redis answers.
    const members = this.#members;
    const askOnce = async () => {
      const askedAt = performance.now();
      const result = await run(
        prepareLimiterCall(this.#store, this.#limits, members, {
          usableMs: this.#usableTime.choose(askedAt, lastMs),
          checksModels: this.#checksModels,
        }),
      );
      const now = performance.now();
      this.#usableTime.observe(now - askedAt, now);
      return result;
    };
    const result = await askOnce();
    if (result !== undefined) return result;
    // Redis has lost its data: our keys are registered again.
    await this.#register(members);
    return askOnce();
  }

  /**
   * Reads a grant whose reply was lost: it is to be given back.
   *
   * @returns undefined when the pool does not have its key any more.
   */
  recallGrant(
    models: readonly string[],
    said: readonly unknown[],
  ): Acquisition | undefined {
    const keyId = String(said[2]);
    if (!this.findKey(keyId)) return undefined;
    const late = { members: this.#members, usableUntil: performance.now() };
    return readAcquisition(late, models, said);
  }

  /**
   * Gives back a grant that is too old to be used, as {@link release} does; check it right before the call is sent.
   *
   * @returns whether it was given back: then another slot must be asked for.
   */
  async releaseIfLate(grant: Grant): Promise<boolean> {
    const lateMs = performance.now() - grant.usableUntil;
    if (lateMs <= 0) return false;
    this.#onLateGrant({ key: grant.key, lateMs });
    await this.release(grant);
    return true;
  }

  /**
   * Gives back the slot of a call that was certainly not sent, once, and wakes the workers
   * that wait for one. A call that may have reached OpenRouter keeps its slot.
   */
  async release(grant: Grant): Promise<void> {
    await releaseSlot(this.#store, grant);
    // A call that is paid for took none.
    if (grant.receipt) await this.#announceSlot();
  }

  /**
   * Parks the account of a granted key, because OpenRouter refused it.
   *
   * @returns how long it is parked from now, in ms.
   */
  parkAccount(key: ApiKey, parking: Parking): Promise<number> {
    return parkAccount(this.#store, this.#limits, this.id, key, parking);
  }

  /**
   * Takes over what OpenRouter says about a key: its user (keys of one user share one budget
   * from then on), and how many calls its account may make and has made on this day.
   *
   * @returns the account that was merged into the key's, and how many calls made elsewhere
   *   were unknown before.
   */
  async learn(
    key: ApiKey,
    facts: { readonly userId: string | undefined; readonly day: DayUse },
  ): Promise<{ joined: string | undefined; usedElsewhere: number }> {
    const { userId, day } = facts;
    const joined =
      userId === undefined
        ? undefined
        : await recordOwner(this.#store, this.#limits, key, userId);
    // The limits of an account come from all of its keys.
    if (joined !== undefined) await this.#registerAgain(key);
    const usedElsewhere = await recordUse(this.#store, this.#limits, key, day);
    return { joined, usedElsewhere };
  }

  /** Takes a key out of use. @returns false when it was out of use already. */
  retireKey(key: ApiKey, retirement: Retirement): Promise<boolean> {
    return retireKey(this.#store, key, retirement);
  }

  /**
   * Takes all keys of a granted key's account out of use, as it has no credit.
   *
   * @param stepMs see {@link pauseWithoutCredit}.
   */
  async retireAccount({ account }: ApiKey, stepMs: number): Promise<void> {
    const { redis, redisKeys } = this.#store;
    const untilAt = await pauseWithoutCredit(this.#store, account, stepMs);
    const retirement = { reason: "no-credit", untilAt } as const;
    const moved = await redis.hgetall(redisKeys.movedKeys);
    for (const key of this.keys) {
      const belongsTo = moved[key.id] ?? key.account;
      if (belongsTo === account) await this.retireKey(key, retirement);
    }
  }

  /**
   * Puts a retired key back into use that was found usable.
   *
   * @returns whether it was out of use, and is no longer.
   */
  async restoreKey(
    key: ApiKey,
    { isSpent = false, isAsked = false }: Partial<Probed> = {},
  ): Promise<boolean> {
    const probed = { isSpent, isAsked };
    const isReleased = await releaseKey(this.#store, key.id, probed);
    // Another pool, or a try that broke off, may have released it without putting it into use here.
    return (await this.#registerAgain(key)) > 0 || isReleased;
  }

  async #register({ id, membersById }: PoolMembers): Promise<void> {
    await registerMembers(this.#store, id, [...membersById.values()]);
  }

  /** @returns how many keys were put into use: one that is kept out is not. */
  async #registerAgain(key: ApiKey): Promise<number> {
    const { id, membersById } = this.#members;
    const member = membersById.get(key.id);
    return member ? registerMembers(this.#store, id, [member]) : 0;
  }
}
