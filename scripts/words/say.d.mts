import english from "./en.json" with { type: "json" };

/** A text of the catalogue in the terminal's language, with its values. */
export function say(
  name: keyof typeof english,
  values?: Readonly<Record<string, string | number>>,
): string;
