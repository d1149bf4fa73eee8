import type { z } from "zod";

/** A setting that cannot be used. Its message has one line for each wrong variable. */
export class ConfigError extends Error {
  override name = "ConfigError";
}

/**
 * Parses environment variables through a schema, reports every problem at once
 * and freezes the result.
 *
 * Empty strings count as unset, since `VAR=` in an env file means "not given".
 *
 * @throws {ConfigError} naming each variable, what it got and what it wants.
 */
export function loadConfig<Schema extends z.ZodObject>(
  schema: Schema,
  environment: Record<string, string | undefined>,
): Readonly<z.output<Schema>> {
  const given = Object.fromEntries(
    Object.entries(environment).filter(
      ([, value]) => value !== undefined && value.trim() !== "",
    ),
  );
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    throw new ConfigError(
      parsed.error.issues
        .map((issue) => describe(issue, schema, given))
        .join("\n"),
    );
  }
  return Object.freeze(parsed.data);
}

function describe(
  issue: z.core.$ZodIssue,
  schema: z.ZodObject,
  given: Record<string, string | undefined>,
): string {
  const variable = String(issue.path[0]);
  const isSecret = schema.shape[variable]?.meta()?.secret === true;
  const value = given[variable];
  const got =
    value === undefined
      ? "nothing"
      : isSecret
        ? "a value that is not shown because it is secret"
        : JSON.stringify(value);
  return `${variable}: got ${got}, wants ${issue.message}`;
}
