import { createHash } from "node:crypto";
import type { AccountLimits, ApiKey } from "./api-key.ts";

/** A key as Redis knows it. */
export type Member = {
  readonly account: string;
  readonly keyId: string;
  /** JSON, see `memberSchema`. */
  readonly details: string;
};

/** The keys of a pool at one time. */
export type PoolMembers = {
  /** Digest of the key ids and their accounts: the same keys make the same pool. */
  readonly id: string;
  readonly keysById: ReadonlyMap<string, ApiKey>;
  /** Limits given for one key of an account hold for all of them; the smaller, should they differ. */
  readonly membersById: ReadonlyMap<string, Member>;
};

/** Describes keys as a pool. */
export function describeMembers(keys: readonly ApiKey[]): PoolMembers {
  const names = keys.map((key) => `${key.account}=${key.id}`).sort();
  const digest = createHash("sha256").update(names.join("\n")).digest("hex");
  const limits = new Map<string, AccountLimits>();
  for (const { account, limits: own } of keys) {
    limits.set(account, smallerOf(limits.get(account) ?? {}, own));
  }
  return {
    id: digest.slice(0, 16),
    keysById: new Map(keys.map((key) => [key.id, key])),
    membersById: new Map(
      keys.map(({ account, id, mask }) => {
        const details = { account, mask, ...limits.get(account) };
        const member = { account, keyId: id, details: JSON.stringify(details) };
        return [id, member];
      }),
    ),
  };
}

function smallerOf(one: AccountLimits, other: AccountLimits): AccountLimits {
  const both = { ...one, ...other };
  for (const name of ["perMinute", "perDay"] as const) {
    const limit = Math.min(one[name] ?? Infinity, other[name] ?? Infinity);
    if (limit < Infinity) both[name] = limit;
  }
  return both;
}
