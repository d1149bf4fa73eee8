/** A source file, by its path from the project's root. */
export type SourceText = { readonly file: string; readonly text: string };

const exported =
  /^export (?:async )?(?:function\*?|const|let|class|type|interface) (\w+)/gm;
const imported =
  /(?:import|export)\s+(?:type\s+)?\{([^}]*)\}\s*from|const\s*\{([^}]*)\}\s*=\s*await\s+import/g;

/**
 * Exports of `sources` that no other file imports, including tests and scripts.
 *
 * By text alone: names are compared, not their meanings, so that two exports of the same name hide
 * each other.
 */
export function findLonelyExports(
  sources: readonly SourceText[],
  users: readonly SourceText[],
): string[] {
  const usersByName = new Map<string, Set<string>>();
  for (const { file, text } of users) {
    for (const name of namesIn(text)) {
      usersByName.set(name, (usersByName.get(name) ?? new Set()).add(file));
    }
  }
  return sources.flatMap(({ file, text }) =>
    [...text.matchAll(exported)]
      .map(([, name = ""]) => name)
      .filter((name) => !isUsedOutside(file, usersByName.get(name)))
      .map((name) => `${file} exports ${name}: no other file imports it`),
  );
}

function isUsedOutside(
  file: string,
  users: ReadonlySet<string> | undefined,
): boolean {
  return users !== undefined && (users.size > 1 || !users.has(file));
}

/** The names that a file imports, before `as`. */
function namesIn(text: string): string[] {
  return [...text.matchAll(imported)].flatMap(([, named, loaded]) =>
    (named ?? loaded ?? "")
      .split(",")
      .map((part) => part.trim().replace(/^type /, ""))
      .map((part) => part.split(/\s+as\s+|\s*:\s*/)[0] ?? "")
      .filter((name) => name !== ""),
  );
}
