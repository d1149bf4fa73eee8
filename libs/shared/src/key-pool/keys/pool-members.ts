import { toShortDigest } from "../../text/short-digest.ts";
import type { ApiKey } from "./api-key.ts";

/** A key as Redis has it. */
export type Member = {
  readonly account: string;
  readonly keyId: string;
  /** JSON, see `memberSchema`. */
  readonly details: string;
};

/** The keys of a pool at one time. */
export type PoolMembers = {
  /** Digest of the keys, their accounts and those accounts' own limits: the same entries make the same pool. */
  readonly id: string;
  readonly keysById: ReadonlyMap<string, ApiKey>;
  readonly membersById: ReadonlyMap<string, Member>;
};

/** Describes keys as a pool. */
export function describeMembers(keys: readonly ApiKey[]): PoolMembers {
  const members = keys.map(describeMember);
  const texts = members.map(({ keyId, details }) => `${keyId}=${details}`);
  return {
    id: toShortDigest(texts.sort().join("\n")),
    keysById: new Map(keys.map((key) => [key.id, key])),
    membersById: new Map(members.map((member) => [member.keyId, member])),
  };
}

function describeMember({ account, id, mask, limits }: ApiKey): Member {
  const details = { account, mask, ...limits };
  return { account, keyId: id, details: JSON.stringify(details) };
}
