type Json =
  | null
  | boolean
  | number
  | string
  | Json[]
  | { [name: string]: Json };

/** A number with more digits may lose some as a double. */
const safeDigits = 15;

/**
 * One form for all JSON texts with the same meaning: sorted names, no white space. Numbers too long
 * for a double keep their digits, since rounding would make different texts equal.
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
    entries.map(([name, inner]) => [name, sortNames(inner)]),
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
