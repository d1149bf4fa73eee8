import { createHmac, scryptSync, timingSafeEqual } from "node:crypto";

/**
 * Signs what the admin pages hand out and hides what is stored of it. All gateways
 * with the same password have the same key; with another password nothing that was
 * handed out before counts.
 */
export type AccessKey = {
  /** A digest of a text, in base64url. */
  digest(text: string): string;
  /** Whether a digest is that of the text; the time it takes tells nothing. */
  isDigest(given: string, text: string): boolean;
};

const salt = "openrouter-free-pool sessions";

/**
 * Builds {@link AccessKey}. It is made slowly, so that nobody finds the password by trial;
 * where there is none, there is nothing to find.
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
