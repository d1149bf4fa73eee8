import { randomBytes } from "node:crypto";
import { digestKey } from "./secret-digest.ts";

const keyPrefix = "sk-pool-";
/** Far too many to be guessed, even by somebody who can read the digests. */
const secretBytes = 32;
const hintLength = 4;

/** A new key. */
type NewKey = {
  /** To be shown once, and stored nowhere. */
  readonly key: string;
  readonly digest: string;
  /** By which people recognize the key afterwards. */
  readonly hint: string;
};

/** Makes a client key at random. */
export function makeKey(): NewKey {
  const key = keyPrefix + randomBytes(secretBytes).toString("base64url");
  const hint = `${keyPrefix}…${key.slice(-hintLength)}`;
  return { key, digest: digestKey(key), hint };
}
