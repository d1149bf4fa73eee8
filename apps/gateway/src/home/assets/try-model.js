import { addressOf, say } from "./page.js";
import { EventSourceParserStream } from "./vendor/eventsource-parser/stream.js";

const answer = document.getElementById("answer");
const status = document.getElementById("status");

/** A refusal of the gateway, or an error in the middle of a stream. */
class Refusal extends Error {}

/** Asks a model and shows its answer while it comes. `signal` stops it. */
export async function tryModel({ key, model, prompt, signal }) {
  const startedAt = performance.now();
  answer.textContent = "";
  status.textContent = say("sending");
  try {
    const response = await ask({ key, model, prompt, signal });
    if (!response.ok) throw await readRefusal(response);
    const name = await showStream(response.body);
    if (answer.textContent === "") answer.textContent = say("empty");
    status.textContent = say("done", {
      model: name ?? response.headers.get("x-model") ?? model,
      seconds: inSeconds(performance.now() - startedAt),
      waited: inSeconds(Number(response.headers.get("x-queue-time-ms"))),
    });
  } catch (error) {
    status.textContent = describe(error, signal);
  }
}

function ask({ key, model, prompt, signal }) {
  return fetch(addressOf("v1/chat/completions"), {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(key ? { authorization: `Bearer ${key}` } : {}),
    },
    body: JSON.stringify({
      model,
      stream: true,
      messages: [{ role: "user", content: prompt }],
    }),
    signal,
  });
}

/** Shows a stream up to its end; returns the model that answered. */
async function showStream(body) {
  const events = body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream({ onComment: showPlace }));
  let model;
  for await (const { data } of read(events)) {
    if (data === "[DONE]") break;
    const event = JSON.parse(data);
    if (event.error) throw toRefusal(event.error.code, event.error);
    model ??= event.model;
    const { content, reasoning } = event.choices?.[0]?.delta ?? {};
    if (content) {
      answer.append(content);
      status.textContent = "";
    } else if (reasoning && answer.textContent === "") {
      status.textContent = say("thinking");
    }
  }
  return model;
}

// Not all browsers can iterate over a stream.
async function* read(stream) {
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

function showPlace(comment) {
  const [, position] = /queued position=(\d+)/.exec(comment) ?? [];
  if (position) status.textContent = say("queued", { position });
}

async function readRefusal(response) {
  const text = await response.text();
  try {
    return toRefusal(response.status, JSON.parse(text).error);
  } catch {
    return toRefusal(response.status, { message: text.slice(0, 200) });
  }
}

function toRefusal(code, { message }) {
  return new Refusal(say("failed", { status: code, message }));
}

function describe(error, signal) {
  if (signal.aborted) return say("stopped");
  if (error instanceof Refusal) return error.message;
  return say("broken", { message: error.message });
}

function inSeconds(ms) {
  return (ms / 1_000).toLocaleString(document.documentElement.lang, {
    maximumFractionDigits: 1,
  });
}
