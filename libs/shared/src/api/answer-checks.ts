/** What an answer can be checked for. */
export const answerCheckNames = [
  "content",
  "complete",
  "json",
  "schema",
] as const;

/**
 * `content`: it has content; `complete`: it was not cut off at the token limit; `json`: it is JSON;
 * `schema`: it is valid against the request's schema.
 */
export type AnswerCheck = (typeof answerCheckNames)[number];

/** The header of an answer that fails its checks, in lower case. */
export const answerCheckHeader = "x-answer-check";

const none = "none";

/** The syntax of a list of checks. */
export const answerChecksForm = `${none}, or some of ${answerCheckNames.join(", ")}, comma-separated`;

/**
 * Parses a list such as `content, json`, in any case.
 *
 * @returns each check once, in the order of {@link answerCheckNames}; an empty list for `none`;
 * undefined when the list is not of {@link answerChecksForm}.
 */
export function parseAnswerChecks(
  list: string,
): readonly AnswerCheck[] | undefined {
  const words = list.toLowerCase().split(",");
  const given = words.map((word) => word.trim()).filter((word) => word !== "");
  if (given.length === 1 && given[0] === none) return [];
  const checks = answerCheckNames.filter((name) => given.includes(name));
  return given.length > 0 && checks.length === new Set(given).size
    ? checks
    : undefined;
}
