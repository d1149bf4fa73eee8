import type { z } from "zod";
import { findMisspeltVariables } from "./misspelt-variables.ts";
import {
  type GivenVariables,
  namesOfSecretFiles,
  readSecretFiles,
} from "./secret-files.ts";

/** An invalid setting. Its message has one line for each wrong variable. */
export class ConfigError extends Error {
  override name = "ConfigError";
}

/** Checks a rule about several variables. @returns a line that says what is wrong. */
export type Requirement = (given: GivenVariables) => string | undefined;

/**
 * Parses environment variables through a schema, reports every problem at once
 * and freezes the result.
 *
 * Empty strings count as unset, since `VAR=` in an env file means "not given". A secret may also come
 * from a file, see `secret-files.ts`.
 *
 * @throws {ConfigError} that names each variable, what it got and what it wants.
 */
export function loadConfig<Schema extends z.ZodObject>(
  schema: Schema,
  environment: GivenVariables,
  requirements: readonly Requirement[] = [],
): Readonly<z.output<Schema>> {
  const stated = Object.fromEntries(
    Object.entries(environment).filter(
      ([, value]) => value !== undefined && value.trim() !== "",
    ),
  );
  const { given, problems: unreadable } = readSecretFiles(schema, stated);
  const known = [...Object.keys(schema.shape), ...namesOfSecretFiles(schema)];
  const parsed = schema.safeParse(given);
  const problems = [
    ...unreadable,
    ...(parsed.error?.issues ?? []).map((issue) =>
      describe(issue, schema, given),
    ),
    ...requirements.flatMap((requirement) => requirement(given) ?? []),
    ...findMisspeltVariables(known, stated),
  ];
  if (!parsed.success || problems.length > 0) {
    throw new ConfigError(problems.join("\n"));
  }
  return Object.freeze(parsed.data);
}

function describe(
  issue: z.core.$ZodIssue,
  schema: z.ZodObject,
  given: GivenVariables,
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
