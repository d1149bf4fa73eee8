import { createHash } from "node:crypto";

/** A digest to compare secrets by: all have the same length, as `timingSafeEqual` requires. */
export function digestSecret(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}

/**
 * The digest under which a client key is looked up and stored. The time of a look-up reveals
 * nothing: a guess that resembles a key has an unrelated digest.
 */
export function digestKey(key: string): string {
  return digestSecret(key).toString("base64");
}
