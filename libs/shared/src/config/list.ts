import { z } from "zod";
import { withoutTextMark } from "../text/byte-order-mark.ts";

const quoted = /^(["'`])(.*)\1$/s;

/**
 * Splits a list as people write it into environments and files: separated by commas or line breaks,
 * as a JSON array, each entry or the whole in quotes.
 *
 * @param separators further separators.
 * @returns the trimmed entries; an empty one stays, so that positions can be counted.
 * @throws {Error} when it begins like a JSON array and is not one.
 */
export function splitList(
  text: string,
  { separators = "" }: { separators?: string } = {},
): readonly string[] {
  const list = unquoteWhole(withoutTextMark(text).trim());
  if (list.startsWith("[")) return parseArray(list);
  return list
    .split(new RegExp(`[,\\r\\n${separators}]`))
    .map((entry) => unquote(entry.trim()));
}

/** `docker --env-file` keeps the quotes around a value. */
function unquoteWhole(text: string): string {
  const [, quote, inner] = quoted.exec(text) ?? [];
  return quote !== undefined && inner !== undefined && !inner.includes(quote)
    ? inner.trim()
    : text;
}

/** Removes the quotes of one entry. */
export function unquote(entry: string): string {
  return quoted.exec(entry)?.[2]?.trim() ?? entry;
}

function parseArray(text: string): readonly string[] {
  try {
    return z
      .array(z.string())
      .parse(JSON.parse(text))
      .map((entry) => entry.trim());
  } catch {
    throw new Error('a JSON array of texts is written as ["a","b"]');
  }
}
