import type { Page } from "playwright-core";

/** What a Chinese page may say in Latin letters: names, units, codes and what people wrote. */
const allowed = new Set(
  `Free Pool OpenRouter OpenAI API key URL Base JavaScript Redis UTC English worker pool auto AI SDK
  SillyTavern Open WebUI Cline Roo Code Continue Cherry Studio LobeChat LangChain aider llm
  Webhook token Batch Worker`.split(/\s+/),
);

/**
 * English words that readers of a page see or hear, outside code, paths, names of models, and what is marked as English.
 *
 * @param more what else a page has a right to say, such as names of clients.
 */
export async function findForeignWords(
  page: Page,
  more: readonly string[] = [],
): Promise<string[]> {
  const texts = await page.evaluate<string[]>(collectTexts);
  const words = texts.flatMap(
    (text) => text.replace(/\S*\/\S+/g, "").match(/[A-Za-z][\w'-]*/g) ?? [],
  );
  const known = new Set(more);
  return [...new Set(words)].filter(
    (word) =>
      // Constants, abbreviations and ids: OPENROUTER_API_KEYS, client-1.
      !/^[A-Z_\d]+$|[-_\d]/.test(word) &&
      !allowed.has(word) &&
      !known.has(word),
  );
}

/** The hints of an app name its own menus and commands. */
const collectTexts = `(() => {
  const skipped = "code, pre, script, style, noscript, option, textarea, [lang=en], .app > .hint";
  const texts = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { parentElement, data } = walker.currentNode;
    if (!parentElement.closest(skipped)) texts.push(data);
  }
  for (const name of ["aria-label", "placeholder", "title", "alt", "data-label"]) {
    for (const element of document.querySelectorAll("[" + name + "]")) {
      if (!element.closest(skipped)) texts.push(element.getAttribute(name));
    }
  }
  return texts.filter((text) => text.trim() !== "");
})()`;
