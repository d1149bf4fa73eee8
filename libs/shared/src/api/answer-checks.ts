/** What an answer can be checked for. */
export const answerCheckNames = [
  "content",
  "complete",
  "json",
  "schema",
] as const;

/**
 * `content`: it has some; `complete`: it was not cut off by length; `json`: it is JSON;
 * `schema`: it is valid against the schema that the request gives.
 */
export type AnswerCheck = (typeof answerCheckNames)[number];

/** The header of an answer that does not pass, in lower case. */
export const answerCheckHeader = "x-answer-check";

const none = "none";

/** What a list of checks may look like. */
export const answerChecksForm = `${none}, or some of ${answerCheckNames.join(", ")}, comma-separated`;

/**
 * Parses a list such as `content, json`, in capitals or not.
 *
 * @returns each check once, in the order of {@link answerCheckNames}; none for `none`;
 *   undefined when the list is not of {@link answerChecksForm}.
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
