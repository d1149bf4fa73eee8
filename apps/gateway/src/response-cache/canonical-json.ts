type Json =
  | null
  | boolean
  | number
  | string
  | Json[]
  | { [name: string]: Json };

/** A number with more digits may lose some as a double. */
const safeDigits = 15;

/** Models write the fields of an answer in the order in which a schema lists them here. */
const ordered = "properties";

/**
 * One form for all JSON texts with the same meaning: sorted names, no white space. The properties of a schema keep their
 * order, and numbers too long for a double their digits, since rounding would make different texts equal.
 *
 * @returns undefined when the text is nested too deeply.
 */
export function canonicalJson(text: string): string | undefined {
  try {
    return JSON.stringify(sortNames(JSON.parse(text, keepLongNumbers)));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** @param isOrdered whether the names are the properties of a schema. */
function sortNames(value: Json, isOrdered = false): Json {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => sortNames(each));
  const entries = Object.entries(value);
  if (!isOrdered) entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    entries.map(([name, inner]) => [
      name,
      sortNames(inner, !isOrdered && name === ordered),
    ]),
  );
}

function keepLongNumbers(
  _name: string,
  value: unknown,
  { source = "" }: { source?: string } = {},
): unknown {
  const isLong = typeof value === "number" && source.length > safeDigits;
  // The mark distinguishes it from a string of digits.
  return isLong ? `\u0000${source}` : value;
}
