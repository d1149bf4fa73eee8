import { inputError } from "./input-error.ts";

/** Fills the columns of a row into a text. */
export type Template = (row: Readonly<Record<string, string>>) => string;

/**
 * Reads a template such as `Translate into {language}: {text}`. `{{` and `}}` stand
 * for single braces.
 *
 * @throws {CliError} when a row lacks a column.
 */
export function parseTemplate(text: string): Template {
  return (row) =>
    text.replace(/\{\{|\}\}|\{([^{}]+)\}/g, (found, name?: string) => {
      if (name === undefined) return found.charAt(0);
      const value = row[name.trim()];
      if (value !== undefined) return value;
      const columns = Object.keys(row).join(", ");
      throw inputError(
        `The template wants a column "${name.trim()}"; there are: ${columns}`,
      );
    });
}
