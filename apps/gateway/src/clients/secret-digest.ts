import { createHash } from "node:crypto";

/** Stands for a secret in comparisons: digests have one length, as `timingSafeEqual` wants it. */
export function digestSecret(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}
