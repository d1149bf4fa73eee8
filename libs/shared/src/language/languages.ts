/** The languages of pages and terminal, as BCP 47 tags. */
export const languages = ["en", "zh-CN"] as const;

/** One of {@link languages}. */
export type Language = (typeof languages)[number];

/** The language when nothing else is requested: for programs, and in logs. */
export const defaultLanguage: Language = "en";

export function isLanguage(text: unknown): text is Language {
  return (languages as readonly unknown[]).includes(text);
}

/** The language of a tag or a locale: `zh-Hans-CN`, `zh_CN.UTF-8`, `en`; undefined when it is not supported. */
export function findLanguage(tag: string): Language | undefined {
  const [primary] = tag.toLowerCase().split(/[-_.@]/);
  // Readers of traditional characters get simplified ones rather than English.
  return languages.find((language) => language.split("-")[0] === primary);
}
