import { createHmac, scryptSync, timingSafeEqual } from "node:crypto";

/**
 * Signs what the admin pages issue, and hides what is stored of it. All gateways with the same
 * password have the same key; a new password invalidates everything that was issued before.
 */
export type AccessKey = {
  /** A digest of a text, in base64url. */
  digest(text: string): string;
  /** Whether a digest is that of the text, in constant time. */
  isDigest(given: string, text: string): boolean;
};

const salt = "openrouter-free-pool sessions";

/**
 * Builds {@link AccessKey}. Its derivation is slow, so that the password cannot be found by trial;
 * without a password there is none to find.
 */
export function createAccessKey(password: string | undefined): AccessKey {
  const key = password === undefined ? salt : scryptSync(password, salt, 32);
  const digest = (text: string) =>
    createHmac("sha256", key).update(text).digest("base64url");
  return {
    digest,
    isDigest(given, text) {
      const [a, b] = [Buffer.from(given), Buffer.from(digest(text))];
      return a.length === b.length && timingSafeEqual(a, b);
    },
  };
}
