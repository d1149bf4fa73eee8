const texts = JSON.parse(document.querySelector('meta[name="words"]').content);

/** A text of the catalogue with its values, in the page's language. */
export function say(name, values = {}) {
  return texts[name].replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
}
