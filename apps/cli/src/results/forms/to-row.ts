import { simplify } from "./simplify.ts";

/** Columns of a table of results. */
export const columns = ["id", "content", "error"] as const;

/** A row of a table of results. */
type ResultRow = Record<(typeof columns)[number], string | null>;

/** Makes a row of a result line. A value that is not text, such as an embedding, is written as JSON. */
export function toRow(line: string): ResultRow {
  const { id, content, error } = simplify(line);
  const text =
    typeof content === "string" ? content : JSON.stringify(content ?? null);
  return {
    id,
    content: error === undefined ? text : null,
    error: error ?? null,
  };
}
