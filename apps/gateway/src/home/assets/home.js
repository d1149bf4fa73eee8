import { addressOf } from "./page.js";
import { showState } from "./state.js";
import { tryModel } from "./try-model.js";

const form = document.getElementById("try");
const { model, prompt, key, stop } = form.elements;

/** The client key in the page; undefined when none is required. */
const readKey = () => key?.value.trim();

async function listModels() {
  if (readKey() === "") return;
  const response = await fetch(addressOf("v1/models"), {
    headers: key ? { authorization: `Bearer ${readKey()}` } : {},
  }).catch(() => undefined);
  if (!response?.ok) return;
  const { data } = await response.json();
  const ids = data.map(({ id }) => id).filter((id) => id !== model.value);
  model.append(...ids.map((id) => new Option(id, id)));
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const hangUp = new AbortController();
  stop.onclick = () => hangUp.abort();
  form.classList.add("busy");
  await tryModel({
    key: readKey(),
    model: model.value,
    prompt: prompt.value,
    signal: hangUp.signal,
  });
  form.classList.remove("busy");
});

key?.addEventListener("change", () => {
  model.length = 1;
  void listModels();
});

void listModels();
void showState(readKey);
