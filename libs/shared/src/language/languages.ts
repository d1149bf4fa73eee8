/** The languages of pages and terminal, as BCP 47 names them. */
export const languages = ["en", "zh-CN"] as const;

/** One of {@link languages}. */
export type Language = (typeof languages)[number];

/** What is spoken where nobody said anything else: to programs, in logs. */
export const defaultLanguage: Language = "en";

export function isLanguage(text: unknown): text is Language {
  return (languages as readonly unknown[]).includes(text);
}

/** The language that a tag or a locale asks for: `zh-Hans-CN`, `zh_CN.UTF-8`, `en`; undefined for one that is not spoken. */
export function findLanguage(tag: string): Language | undefined {
  const [primary] = tag.toLowerCase().split(/[-_.@]/);
  // Who reads traditional characters reads simplified ones sooner than English.
  return languages.find((language) => language.split("-")[0] === primary);
}
