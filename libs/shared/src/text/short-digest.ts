import { createHash } from "node:crypto";

/** 16 hexadecimal digits that identify a text without revealing it. */
export function toShortDigest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
