import { createHash } from "node:crypto";
import type { ApiKey } from "./api-key.ts";

/** The keys of a pool at one time. */
export type PoolMembers = {
  /** Digest of the key ids and their accounts: the same keys make the same pool. */
  readonly id: string;
  readonly keysById: ReadonlyMap<string, ApiKey>;
  /** Triples of account, key id and details, as `register.lua` takes them. */
  readonly registerArgs: readonly string[];
};

/** Describes keys as a pool. */
export function describeMembers(keys: readonly ApiKey[]): PoolMembers {
  const names = keys.map((key) => `${key.account}=${key.id}`).sort();
  const digest = createHash("sha256").update(names.join("\n")).digest("hex");
  return {
    id: digest.slice(0, 16),
    keysById: new Map(keys.map((key) => [key.id, key])),
    registerArgs: keys.flatMap(describeMember),
  };
}

/** What `register.lua` takes for one key. */
export function describeMember({ account, id, mask }: ApiKey): string[] {
  return [account, id, JSON.stringify({ account, mask })];
}
