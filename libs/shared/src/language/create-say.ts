import { IntlMessageFormat } from "intl-messageformat";
import { currentLanguage } from "./current-language.ts";
import type { Language } from "./languages.ts";
import type { Catalogue, KeyOf, MessageOf, ValuesFor } from "./message.ts";

/** Returns a text of a catalogue in the current language, with its values. */
type Say<C extends Catalogue> = <Key extends KeyOf<C>>(
  key: Key,
  ...values: ValuesFor<MessageOf<C, Key>>
) => string;

/**
 * Builds {@link Say}. Texts are ICU messages: `{name}`, `{count, number}`,
 * `{count, plural, one {# key} other {# keys}}`.
 *
 * @throws by `say`, when the catalogue has no such text, or a value is missing.
 */
export function createSay<C extends Catalogue>(
  catalogues: Readonly<Record<Language, Catalogue>> & { readonly en: C },
): Say<C> {
  const formats = new Map<string, IntlMessageFormat>();

  return function say(key, ...[values]) {
    const language = currentLanguage();
    const message = findMessage(catalogues[language], key);
    if (!message.includes("{")) return message;
    const id = `${language} ${key}`;
    let format = formats.get(id);
    if (!format) {
      format = new IntlMessageFormat(message, language, undefined, {
        ignoreTag: true,
      });
      formats.set(id, format);
    }
    return String(format.format(values));
  };
}

function findMessage(catalogue: Catalogue, key: string): string {
  const dot = key.indexOf(".");
  const message = catalogue[key.slice(0, dot)]?.[key.slice(dot + 1)];
  if (message === undefined) throw new Error(`No text is called ${key}`);
  return message;
}
