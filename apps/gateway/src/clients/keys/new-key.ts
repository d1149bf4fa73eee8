import { randomBytes } from "node:crypto";
import { digestKey } from "./secret-digest.ts";

const keyPrefix = "sk-pool-";
/** Far more than can be guessed, also by whoever reads the digests. */
const secretBytes = 32;
const hintLength = 4;

/** A key that was just made. */
type NewKey = {
  /** To be shown once, and kept nowhere. */
  readonly key: string;
  readonly digest: string;
  /** What people know the key by afterwards. */
  readonly hint: string;
};

/** Makes a client key at random. */
export function makeKey(): NewKey {
  const key = keyPrefix + randomBytes(secretBytes).toString("base64url");
  const hint = `${keyPrefix}…${key.slice(-hintLength)}`;
  return { key, digest: digestKey(key), hint };
}
