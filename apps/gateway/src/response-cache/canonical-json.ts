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

function sortNames(value: Json): Json {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(sortNames);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    entries.map(([name, inner]) => [
      name,
      name === ordered ? sortBelow(inner) : sortNames(inner),
    ]),
  );
}

function sortBelow(value: Json): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return sortNames(value);
  }
  // Pairs: an object would put names that are numbers first.
  return Object.entries(value).map(([name, inner]) => [name, sortNames(inner)]);
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
