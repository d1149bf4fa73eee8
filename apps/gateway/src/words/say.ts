import { createSay } from "@openrouter-free-pool/shared/language/create-say";
import { currentLanguage } from "@openrouter-free-pool/shared/language/current-language";
import type { KeyOf } from "@openrouter-free-pool/shared/language/message";
import { catalogues } from "./catalogue.ts";

type Texts = (typeof catalogues)["en"];

/** The key of a text in the pages' catalogue. */
export type TextKey = KeyOf<Texts>;

/** Returns a text of the pages' catalogue in the reader's language. */
export const say = createSay<Texts>(catalogues);

/** Areas with texts for scripts; their placeholders are plain `{name}`, which scripts replace themselves. */
export const scriptAreas = ["homeLive", "live", "units"] as const;

/** The texts of some areas for a page's scripts, as JSON. */
export function wordsForScripts(
  ...areas: readonly (typeof scriptAreas)[number][]
): string {
  const texts = catalogues[currentLanguage()];
  return JSON.stringify(Object.assign({}, ...areas.map((area) => texts[area])));
}
