import { defaultLanguage, findLanguage, type Language } from "./languages.ts";

/** Variables for the language of a terminal, by precedence; the first is ours. */
const variables = ["ORPOOL_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"] as const;

/** The language of a terminal, from its environment. */
export function readTerminalLanguage(
  environment: Readonly<Record<string, string | undefined>>,
): Language {
  const name = variables.find((variable) => environment[variable]);
  return findLanguage((name && environment[name]) ?? "") ?? defaultLanguage;
}
