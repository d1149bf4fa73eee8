import { AsyncLocalStorage } from "node:async_hooks";
import { defaultLanguage, type Language } from "./languages.ts";

const spoken = new AsyncLocalStorage<Language>();

/** Runs a function, and everything that it starts, in a language. */
export function inLanguage<T>(language: Language, run: () => T): T {
  return spoken.run(language, run);
}

/** The language of the present request or terminal, else {@link defaultLanguage}. */
export function currentLanguage(): Language {
  return spoken.getStore() ?? defaultLanguage;
}
