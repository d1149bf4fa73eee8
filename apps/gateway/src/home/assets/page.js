// What both open pages do: correct the address, copy, and show texts.

const words = JSON.parse(document.body.dataset.words);

/** A text of the catalogue with its values. */
export function say(name, values = {}) {
  return words[name].replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
}

/** The address of a path of this gateway, also under a proxy's path. */
export function addressOf(path) {
  return new URL(path, document.baseURI);
}

// Behind a proxy the server may not know its public address; the browser does.
const { baseUrl } = document.body.dataset;
const asked = addressOf("v1").href;
if (asked !== baseUrl) {
  const [from, to] = [baseUrl, asked].map((url) => url.replace(/\/v1$/, ""));
  for (const place of document.querySelectorAll("[data-address]")) {
    place.textContent = place.textContent.replaceAll(from, to);
  }
}

document.addEventListener("click", async ({ target }) => {
  const button = target.closest?.("[data-copy]");
  if (!button) return;
  const place = document.getElementById(button.dataset.copy);
  await copy(place);
  const label = button.firstChild;
  const before = label.textContent;
  label.textContent = say("copied");
  setTimeout(() => {
    label.textContent = before;
  }, 1_500);
});

async function copy(place) {
  try {
    await navigator.clipboard.writeText(place.textContent);
  } catch {
    // Browsers offer no clipboard to pages that were loaded over plain HTTP from another machine.
    getSelection().selectAllChildren(place);
    document.execCommand("copy");
  }
}
