import { createHash } from "node:crypto";

/** Stands for a secret in comparisons: digests have one length, as `timingSafeEqual` wants it. */
export function digestSecret(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}

/**
 * Stands for a client key where it is looked for or stored. To look a digest up takes as
 * long for a guess as for a key: what a guess shares with a key says nothing of their digests.
 */
export function digestKey(key: string): string {
  return digestSecret(key).toString("base64");
}
