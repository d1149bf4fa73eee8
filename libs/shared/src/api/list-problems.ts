import type { z } from "zod";

/**
 * Describes in one line why a schema refused a value: each path with its problem.
 *
 * @param options.whole the name of the value itself; by default it has none.
 * @param options.most further problems are left out.
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

/** The problems of a value without paths. */
export function listMessages(error: z.ZodError): string {
  return error.issues.map(({ message }) => message).join("; ");
}
