import {
  type AccountRefusal,
  readAccountRefusals,
  recordAccountRefusal,
} from "@openrouter-free-pool/shared/key-pool/accounts/account-refusals";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { Redis } from "ioredis";

/**
 * Accounts whose settings at OpenRouter keep them from serving a model. All workers share the list
 * in Redis; this is a local copy, because it is read before each call.
 */
export class AccountRefusals {
  readonly #redis: Redis;
  readonly #redisKeys: RedisKeys;
  #accountsByModel = new Map<string, Set<string>>();

  constructor(deps: { redis: Redis; redisKeys: RedisKeys }) {
    this.#redis = deps.redis;
    this.#redisKeys = deps.redisKeys;
  }

  /** The accounts that do not serve a model. */
  of(model: string): ReadonlySet<string> {
    return this.#accountsByModel.get(model) ?? new Set();
  }

  /** The accounts that do not serve a model, by model. */
  byModel(): Record<string, string[]> {
    return Object.fromEntries(
      [...this.#accountsByModel].map(([model, accounts]) => [
        model.toWellFormed(),
        [...accounts],
      ]),
    );
  }

  /** Remembers an account's refusal for a while. */
  async record(refusal: AccountRefusal): Promise<void> {
    this.#add(refusal);
    await recordAccountRefusal(this.#redis, this.#redisKeys, refusal);
  }

  /** Reads what all workers know; forgets what has expired. */
  async refresh(): Promise<void> {
    const known = await readAccountRefusals(this.#redis, this.#redisKeys);
    this.#accountsByModel = new Map();
    for (const refusal of known) this.#add(refusal);
  }

  #add({ account, model }: AccountRefusal): void {
    const accounts = this.#accountsByModel.get(model) ?? new Set();
    this.#accountsByModel.set(model, accounts.add(account));
  }
}
