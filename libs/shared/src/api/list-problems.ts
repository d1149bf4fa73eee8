import type { z } from "zod";

/**
 * What is wrong with a value that a schema refused, in one line: each place with its problem.
 *
 * @param options.whole what the value itself is called; by default it has no name.
 * @param options.most more problems than this are left out.
 */
export function listProblems(
  error: z.ZodError,
  options: { whole?: string; most?: number } = {},
): string {
  const { whole = "", most = error.issues.length } = options;
  return error.issues
    .slice(0, most)
    .map(({ path, message }) => `\`${path.join(".") || whole}\`: ${message}`)
    .join("; ");
}

/** The problems of a value that has no places. */
export function listMessages(error: z.ZodError): string {
  return error.issues.map(({ message }) => message).join("; ");
}
