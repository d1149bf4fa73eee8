import { createHash } from "node:crypto";
import type { ApiKey } from "./api-key.ts";

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
  readonly members: readonly Member[];
};

/** Describes keys as a pool. */
export function describeMembers(keys: readonly ApiKey[]): PoolMembers {
  const names = keys.map((key) => `${key.account}=${key.id}`).sort();
  const digest = createHash("sha256").update(names.join("\n")).digest("hex");
  return {
    id: digest.slice(0, 16),
    keysById: new Map(keys.map((key) => [key.id, key])),
    members: keys.map(describeMember),
  };
}

/** Describes one key as a member of a pool. */
export function describeMember({ account, id, mask }: ApiKey): Member {
  return { account, keyId: id, details: JSON.stringify({ account, mask }) };
}
