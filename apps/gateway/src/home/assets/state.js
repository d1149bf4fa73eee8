import { addressOf, say } from "./page.js";

const everyMs = 5_000;
const timeoutMs = 10_000;
const place = document.getElementById("state");
const text = document.getElementById("state-text");
const count = (value) => value.toLocaleString(document.documentElement.lang);

/** Shows the state of the pool now and every few seconds from then on. */
export async function showState(readKey) {
  try {
    if (!document.hidden) await update(readKey());
  } catch {
    tell("bad", say("noAnswer"));
  }
  setTimeout(() => void showState(readKey), everyMs);
}

async function update(key) {
  if (key === "") return tell("notice", say("needsKey"));
  const response = await fetch(addressOf("api/v1/keys/status"), {
    headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
    signal: AbortSignal.timeout(timeoutMs),
  });
  const body = await response.json();
  if (!response.ok) return tell("bad", body.error.message);
  const [tone, sentence] = describe(body);
  tell(tone, sentence);
}

function describe({ keys, pool, queue, workers }) {
  const values = {
    slots: count(pool.slotsFree),
    left: count(pool.leftToday),
    perDay: count(pool.perDay),
    waiting: count(queue.waiting),
  };
  if (workers === 0) return ["bad", say("noWorker")];
  if (keys.length === 0) return ["bad", say("noKey")];
  if (pool.leftToday === 0) return ["notice", say("usedUp", values)];
  if (pool.slotsFree === 0) return ["notice", say("busy", values)];
  return ["good", say("ready", values)];
}

function tell(tone, sentence) {
  place.dataset.tone = tone;
  if (text.textContent !== sentence) text.textContent = sentence;
}
