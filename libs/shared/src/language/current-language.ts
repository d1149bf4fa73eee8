import { AsyncLocalStorage } from "node:async_hooks";
import { defaultLanguage, type Language } from "./languages.ts";

const spoken = new AsyncLocalStorage<Language>();

/** Runs something, and all that follows from it, in a language. */
export function inLanguage<T>(language: Language, run: () => T): T {
  return spoken.run(language, run);
}

/** The language to speak here: that of the page or terminal that asked, else {@link defaultLanguage}. */
export function currentLanguage(): Language {
  return spoken.getStore() ?? defaultLanguage;
}
