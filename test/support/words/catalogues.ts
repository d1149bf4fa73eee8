import {
  isLiteralElement,
  isPluralElement,
  isPoundElement,
  isSelectElement,
  isTagElement,
  type MessageFormatElement,
  parse,
} from "@formatjs/icu-messageformat-parser";
import type { Catalogue } from "@openrouter-free-pool/shared/language/message";

/** Every text of a catalogue by its key. */
export function listTexts(catalogue: Catalogue): Map<string, string> {
  return new Map(
    Object.entries(catalogue).flatMap(([area, words]) =>
      Object.entries(words).map(([name, text]) => [`${area}.${name}`, text]),
    ),
  );
}

/** Keys that one catalogue lacks, and texts whose places differ. */
export function compareCatalogues(one: Catalogue, other: Catalogue): string[] {
  const [left, right] = [listTexts(one), listTexts(other)];
  return [...new Set([...left.keys(), ...right.keys()])].filter((key) => {
    const [text, translation] = [left.get(key), right.get(key)];
    return (
      text === undefined ||
      translation === undefined ||
      String(placesOf(text)) !== String(placesOf(translation))
    );
  });
}

/** The places of an ICU message for values, sorted. @throws when it is none. */
function placesOf(message: string): string[] {
  const names = collect(parse(message, { ignoreTag: true }));
  return [...new Set(names)].sort();
}

function collect(elements: readonly MessageFormatElement[]): string[] {
  return elements.flatMap((element) => {
    if (isLiteralElement(element) || isPoundElement(element)) return [];
    if (isTagElement(element)) return collect(element.children);
    if (!isPluralElement(element) && !isSelectElement(element)) {
      return [element.value];
    }
    const branches = Object.values(element.options);
    return [element.value, ...branches.flatMap(({ value }) => collect(value))];
  });
}
