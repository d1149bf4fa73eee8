import { readFileSync } from "node:fs";
import type { z } from "zod";

/** The given variables, with their texts. */
export type GivenVariables = Readonly<Record<string, string | undefined>>;

/** Ends the name of a variable that names a file with the value of another one. */
export const fileSuffix = "_FILE";

/**
 * The variables that name a file with a secret: `NAME_FILE` for each secret `NAME`, unless the
 * schema says itself what `NAME_FILE` is.
 */
export function namesOfSecretFiles(schema: z.ZodObject): readonly string[] {
  return Object.entries<z.ZodType>(schema.shape)
    .filter(([, variable]) => variable.meta()?.secret === true)
    .map(([name]) => name + fileSuffix)
    .filter((name) => !(name in schema.shape));
}

/**
 * Puts secrets in place of the files that hold them and nothing else, as Docker and Kubernetes mount
 * them.
 *
 * @returns the variables, and a line for each file that cannot be used.
 */
export function readSecretFiles(
  schema: z.ZodObject,
  given: GivenVariables,
): { readonly given: GivenVariables; readonly problems: readonly string[] } {
  const secrets: Record<string, string> = {};
  const problems: string[] = [];
  for (const variable of namesOfSecretFiles(schema)) {
    const path = given[variable];
    if (path === undefined) continue;
    const name = variable.slice(0, -fileSuffix.length);
    if (given[name] !== undefined) {
      const wanted = "wants to be the only one of them";
      problems.push(`${name}: stands beside ${variable}, ${wanted}`);
      continue;
    }
    const secret = readSecretFile(path);
    if (secret === undefined) {
      const wanted = `wants ${usableFile}`;
      problems.push(`${variable}: got ${JSON.stringify(path)}, ${wanted}`);
    } else secrets[name] = secret;
  }
  return { given: { ...given, ...secrets }, problems };
}

/** What a file of a secret has to be. */
export const usableFile = "a file that can be read and is not empty";

/** Reads a file with one secret. @returns undefined when it cannot be read or is empty. */
export function readSecretFile(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim() || undefined;
  } catch {
    // The path is not secret, and sufficient.
    return undefined;
  }
}
