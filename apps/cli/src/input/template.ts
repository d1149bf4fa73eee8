import { say } from "../words/say.ts";
import { inputError } from "./input-error.ts";

/** Inserts the fields of a record into a text. */
export type Template = (record: Readonly<Record<string, unknown>>) => string;

/**
 * Reads a template such as `Translate into {language}: {text}`. `{{` and `}}` stand
 * for single braces.
 *
 * @throws {CliError} when a record lacks a field.
 */
export function parseTemplate(text: string): Template {
  return (record) =>
    text.replace(/\{\{|\}\}|\{([^{}]+)\}/g, (found, name?: string) => {
      if (name === undefined) return found.charAt(0);
      const value = record[name.trim()];
      if (value !== undefined && value !== null) return toText(value);
      const columns = Object.keys(record).join(", ");
      throw inputError(say("input.noColumn", { name: name.trim(), columns }));
    });
}

function toText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
