import { createHash } from "node:crypto";
import type { Submission } from "../completions/submit.ts";
import { canonicalJson } from "./canonical-json.ts";

/** Larger bodies are compared byte by byte: to find one spelling for them takes too long. */
const longestCanonicalBytes = 64 * 1024;

/**
 * What requests have in common that may get the same answer: the path, the meaning of
 * the body, and the headers that change the answer. Who asks does not matter.
 *
 * @returns undefined for a request that cannot be compared.
 */
export function cacheKeyOf(submission: Submission): string | undefined {
  const bytes = submission.body.requireBytes();
  const body =
    bytes.length > longestCanonicalBytes
      ? bytes
      : canonicalJson(bytes.toString());
  if (body === undefined) return undefined;
  const hash = createHash("sha256");
  for (const part of [submission.path, dialectOf(submission), body]) {
    hash.update(part).update("\n");
  }
  return hash.digest("hex");
}

/** Anthropic's headers choose version and features; the others only say whom to credit. */
function dialectOf({ headers }: Submission): string {
  const chosen = Object.entries(headers).filter(([name]) =>
    name.startsWith("anthropic-"),
  );
  return JSON.stringify(chosen.sort());
}
