import { createHash } from "node:crypto";
import type { Submission } from "../jobs/submission.ts";
import { canonicalJson } from "./canonical-json.ts";

/** Larger bodies are compared byte by byte: bringing them into canonical form takes too long. */
const longestCanonicalBytes = 64 * 1024;

/**
 * A digest that is equal for requests that may get the same answer: of the path, the meaning of the
 * body, the headers that change the answer, the answer's checks, and the client, unless clients
 * share their answers.
 *
 * @returns undefined for a request that cannot be compared.
 */
export function cacheKeyOf(
  submission: Submission,
  isShared: boolean,
): string | undefined {
  const bytes = submission.body.requireBytes();
  const body =
    bytes.length > longestCanonicalBytes
      ? bytes
      : canonicalJson(bytes.toString());
  if (body === undefined) return undefined;
  const hash = createHash("sha256");
  const owner = isShared ? "" : JSON.stringify(submission.client ?? "");
  const { path, answerCheck = [] } = submission;
  const checks = answerCheck.length > 0 ? [answerCheck.join()] : [];
  const fields = [owner, path, versionOf(submission), ...checks, body];
  for (const field of fields) {
    hash.update(field).update("\n");
  }
  return hash.digest("hex");
}

/** Anthropic's headers select version and features; the others are attribution only. */
function versionOf({ headers }: Submission): string {
  const chosen = Object.entries(headers).filter(([name]) =>
    name.startsWith("anthropic-"),
  );
  return JSON.stringify(chosen.sort());
}
