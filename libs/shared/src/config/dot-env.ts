import { existsSync, readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { withoutTextMark } from "../text/byte-order-mark.ts";

/** A quoted value with more text after it on the line, such as `"A","B"`. */
const listOfQuoted =
  /^[ \t]*(?:export[ \t]+)?([\w.-]+)[ \t]*=[ \t]*((["'])(?:(?!\3).)*\3[ \t]*[,;].*)$/gm;

/**
 * Parses the text of an env file. In addition to what Node reads, it may begin with a byte order
 * mark, and the values of a list may be quoted one by one.
 */
export function parseDotEnv(text: string): Record<string, string> {
  const marked = withoutTextMark(text);
  const variables = parseEnv(marked) as Record<string, string>;
  for (const [, name, value] of marked.matchAll(listOfQuoted)) {
    if (name && value) variables[name] = value.trim();
  }
  return variables;
}

/**
 * Sets the variables of an env file in the environment, if the file exists; variables that are set
 * already win.
 */
export function loadDotEnv(path = ".env"): void {
  if (!existsSync(path)) return;
  const variables = parseDotEnv(readFileSync(path, "utf8"));
  for (const [name, value] of Object.entries(variables)) {
    process.env[name] ??= value;
  }
}
