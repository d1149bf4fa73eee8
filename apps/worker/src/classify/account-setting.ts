import type { ToldError } from "./answer-meaning.ts";

const settings = [
  ["guardrails", /\bguardrail/i],
  ["data policy", /\bdata[ _-]policy\b/i],
  ["privacy", /\bprivacy (settings|preferences)\b/i],
] as const;

/** A setting of an account at OpenRouter that keeps it from serving a model. */
export type AccountSetting = (typeof settings)[number][0];

/**
 * The setting of the account that a 404 is about; another account may serve the request.
 *
 * @returns undefined when the answer is about the request or the model.
 */
export function readAccountSetting({
  status,
  details,
}: Pick<ToldError, "status" | "details">): AccountSetting | undefined {
  if (status !== 404) return undefined;
  const { message } = details;
  return settings.find(([, pattern]) => pattern.test(message))?.[0];
}
